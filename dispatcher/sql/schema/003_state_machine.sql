-- What the state machine reads beside the first two migrations' tables.

-- The time at which the attempt was planned: a daily step counts from it.
alter table dispatch.broadcast_messages add column due_at timestamptz;

-- Which rows changed since the last fold is asked by transaction.
create index broadcast_messages_changed
on dispatch.broadcast_messages (row_xid);
create index delivery_receipts_changed
on dispatch.delivery_receipts (row_xid);
create index suppressions_changed on dispatch.suppressions (row_xid);

-- What contacts write to us; append-only.
create table dispatch.inbound_messages (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    device_id uuid,
    phone text not null,
    content text,
    occurred_at timestamptz not null,
    received_at timestamptz not null default dispatch.now_utc(),
    row_xid xid8 not null default pg_current_xact_id(),
    primary key (user_id, id),
    constraint phone_is_digits check (phone ~ '^[1-9][0-9]{7,14}$')
);
create index inbound_messages_latest
on dispatch.inbound_messages (user_id, phone, occurred_at);
create index inbound_messages_changed on dispatch.inbound_messages (row_xid);

-- A person may also void enrolments or move them to another device.
alter table dispatch.operator_requests
add column user_id uuid,
add column target jsonb,
add column row_xid xid8 not null default pg_current_xact_id(),
drop constraint kind_is_known,
add constraint kind_is_known check (
    kind in ('pause', 'resume', 'void', 'reassign')
),
add constraint request_names_its_target check (
    (kind in ('void', 'reassign')) = (target is not null)
);

-- Whether a step is still what was built from it: all of the CRM's row that
-- matters to sending, as it stands there. The build and the claim both ask.
create function dispatch.step_fingerprint(step jsonb) returns uuid
language sql immutable parallel safe
return md5(
    jsonb_build_array(
        step -> 'id', step -> 'sequence_id', step -> 'day_number',
        step -> 'trigger', step -> 'next_trigger', step -> 'is_entry_point',
        step -> 'trigger_delay_hours', step -> 'message_type',
        step -> 'content', step -> 'media_url', step -> 'caption',
        step -> 'time_schedule', step -> 'send_time',
        step -> 'min_delay_seconds', step -> 'max_delay_seconds'
    )::text
)::uuid;

-- As in 002, but a request for enrolments is no switch: it neither opens the
-- gate nor closes it.
create or replace function dispatch.gate(
    this_target text, max_age_minutes integer, known_versions integer[]
) returns table (reason text, explanation text)
language sql stable as $$
    with latest_run as (
        select * from dispatch.pipeline_runs
        where target_schema = this_target and writes_queue
        order by run_no desc
        limit 1
    ),

    latest_switch as (
        select * from dispatch.operator_requests
        where kind in ('pause', 'resume')
        order by id desc
        limit 1
    ),

    reasons as (
        select 'never_built' as reason, format(
            'no build of schema %I is on record: run dbt build', this_target
        ) as explanation
        where not exists (select 1 from latest_run)
        union all
        select 'switched_off', format(
            'paused by %s at %s: %s (dispatcher resume takes it back)',
            requested_by, requested_at, latest_switch.reason
        )
        from latest_switch where kind = 'pause'
        union all
        select
            case
                when status <> 'running' then 'build_' || status
                when expires_at <= dispatch.now_utc() then 'build_died'
                else 'build_running'
            end,
            format(
                'dbt %s %s (%s, started %s)%s: it opens again after a whole '
                'dbt build that passes', command, status, invocation_id,
                started_at, ', ' || detail
            )
        from latest_run where status <> 'passed'
        union all
        select 'build_stale', format(
            'the last good build ended %s, more than %s minutes ago: run '
            'dbt build', finished_at, max_age_minutes
        )
        from latest_run
        where
            status = 'passed' and finished_at
            <= dispatch.now_utc() - make_interval(mins => max_age_minutes)
        union all
        select 'view_missing', format(
            '%I.due_steps does not exist: run dbt build', this_target
        )
        where
            exists (select 1 from latest_run)
            and to_regclass(format('%I.due_steps', this_target)) is null
        union all
        select 'contract_unknown', format(
            'due_steps has contract version %s; this dispatcher knows %s: '
            'install the dispatcher that goes with the project',
            contract_version, known_versions
        )
        from latest_run
        where
            status = 'passed'
            and not coalesce(contract_version = any(known_versions), false)
    )

    select reasons.reason, reasons.explanation from reasons
$$;
