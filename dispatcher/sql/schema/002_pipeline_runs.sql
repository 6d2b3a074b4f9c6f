-- One row per dbt invocation: the build lock and the memory of the gate.
create table dispatch.pipeline_runs (
    run_no bigint generated always as identity,
    invocation_id text primary key,
    target_schema text not null,
    app_schema text not null,
    command text not null,
    writes_queue boolean not null,
    status text not null default 'running',
    detail text,
    code_hash text,
    unit_tests_passed boolean not null default false,
    contract_version integer,
    started_at timestamptz not null,
    expires_at timestamptz not null,
    finished_at timestamptz,
    constraint status_is_known check (
        status in (
            'running', 'passed', 'failed', 'untested', 'not_live', 'died'
        )
    ),
    constraint running_is_unfinished check (
        (status = 'running') = (finished_at is null)
    )
);

-- The build lock: dbt closes a hook's connection, so a row holds it.
create unique index pipeline_runs_lock
on dispatch.pipeline_runs (target_schema)
where status = 'running' and writes_queue;

create index pipeline_runs_latest
on dispatch.pipeline_runs (target_schema, run_no desc)
where writes_queue;

-- Called by on-run-start. Takes the build lock, or raises; a run that does
-- not write what due_steps depends on needs no lock.
create function dispatch.begin_run(
    this_invocation text,
    this_target text,
    this_app_schema text,
    this_command text,
    this_writes_queue boolean,
    this_code_hash text,
    lock_minutes integer,
    take_over boolean
) returns void
language plpgsql as $$
declare
    now_at timestamptz := dispatch.now_utc();
    other dispatch.pipeline_runs;
begin
    update dispatch.pipeline_runs
    set status = 'died', finished_at = now_at, detail = 'never finished'
    where
        target_schema = this_target and status = 'running'
        and (expires_at <= now_at or (take_over and writes_queue));

    insert into dispatch.pipeline_runs (
        invocation_id, target_schema, app_schema, command, writes_queue,
        code_hash, started_at, expires_at
    ) values (
        this_invocation, this_target, this_app_schema, this_command,
        this_writes_queue, this_code_hash, now_at,
        now_at + make_interval(mins => lock_minutes)
    );
exception when unique_violation then
    select * into other from dispatch.pipeline_runs
    where target_schema = this_target and status = 'running' and writes_queue;
    raise exception
        'another build of schema % is running: invocation %, since %',
        this_target, other.invocation_id, other.started_at
        using hint = format(
            'Wait for it. A dead one is taken over at %s, or now by '
            'dbt build --vars ''build_takeover: true''.', other.expires_at
        );
end $$;

-- Called by on-run-end; changes only the row of its own invocation, since
-- dbt runs on-run-end even when on-run-start failed.
create function dispatch.finish_run(
    this_invocation text,
    this_status text,
    this_detail text,
    this_unit_tests_passed boolean,
    this_contract_version integer
) returns void
language sql as $$
    update dispatch.pipeline_runs as run
    set
        detail = case
            when this_status = 'passed' and not proven.by_unit_tests
                then 'no unit test ran and none is on record for this code'
            else this_detail
        end,
        status = case
            when this_status = 'passed' and not proven.by_unit_tests
                then 'untested'
            else this_status
        end,
        unit_tests_passed = this_unit_tests_passed,
        contract_version = this_contract_version,
        finished_at = dispatch.now_utc()
    from (
        select
            this_unit_tests_passed or exists (
                select 1 from dispatch.pipeline_runs as earlier
                inner join dispatch.pipeline_runs as mine
                    on earlier.code_hash = mine.code_hash
                where
                    mine.invocation_id = this_invocation
                    and earlier.unit_tests_passed
            ) as by_unit_tests
    ) as proven
    where run.invocation_id = this_invocation and run.status = 'running'
$$;

-- Guarantee 4. No row comes back when sending is allowed; else why not.
create function dispatch.gate(
    this_target text, max_age_minutes integer, known_versions integer[]
) returns table (reason text, explanation text)
language sql stable as $$
    with latest_run as (
        select * from dispatch.pipeline_runs
        where target_schema = this_target and writes_queue
        order by run_no desc
        limit 1
    ),

    pause_of_everything as (
        select * from dispatch.standing_pauses where user_id is null
    ),

    reasons as (
        select 'never_built' as reason, format(
            'no build of schema %I is on record: run dbt build', this_target
        ) as explanation
        where not exists (select 1 from latest_run)
        union all
        select 'switched_off', format(
            'paused by %s at %s: %s (dispatcher resume takes it back)',
            requested_by, requested_at, pause_of_everything.reason
        )
        from pause_of_everything
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
