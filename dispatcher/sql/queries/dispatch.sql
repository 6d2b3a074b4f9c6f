-- name: gate
select reason, explanation
from dispatch.gate(
    %(target)s, %(max_age_minutes)s::integer, %(versions)s::integer[]
)

-- name: last_good_build
select invocation_id, app_schema, finished_at
from dispatch.pipeline_runs
where target_schema = %(target)s and writes_queue and status = 'passed'
order by run_no desc
limit 1

-- name: fault_policies
select
    fault_class,
    uses_attempt,
    cardinality(retry_minutes) as retries,
    breaker_scope,
    coalesce(cool_down_minutes, 0) as cool_down_minutes
from {target}.fault_policies

-- name: live_devices
-- The CRM's devices as the dispatcher calls them.
select
    user_id,
    id as device_id,
    coalesce(nullif(lower(trim(platform)), ''), 'native') as gateway,
    coalesce(nullif(trim(jid), ''), id::text) as address,
    min_delay_seconds,
    max_delay_seconds
from {app}.user_devices

-- name: queued_devices
-- Devices with an active step, found by hopping through the index from one to
-- the next, and what keeps each of them back.
with recursive queued as (
    (
        select step.user_id, step.device_id
        from {target}.sequence_contacts as step
        where step.status = 'active'
        order by step.user_id, step.device_id
        limit 1
    )
    union all
    select following.user_id, following.device_id
    from queued
    cross join lateral (
        select step.user_id, step.device_id
        from {target}.sequence_contacts as step
        where
            step.status = 'active'
            and (step.user_id, step.device_id)
            > (queued.user_id, queued.device_id)
        order by step.user_id, step.device_id
        limit 1
    ) as following
)

select
    queued.user_id,
    queued.device_id,
    device.gateway,
    device.address,
    held.hold_reason,
    held.held_until,
    case
        when device.device_id is null then 'device_missing'
        when not device.gateway = any(%(gateways)s::text[])
            then 'unknown_platform'
    end as device_refusal
from queued
left join ({live_devices}) as device
    on
        queued.user_id = device.user_id
        and queued.device_id = device.device_id
left join lateral (
    select held.hold_reason, held.held_until
    from {target}.held_devices as held
    where
        held.user_id = queued.user_id
        and held.device_id = queued.device_id
    limit 1
) as held on true

-- name: queue
-- What is due of one `device`, and what the CRM's live tables have against
-- it. Each step is looked up for itself: due_steps is asked for no more of
-- them than are taken from here, in the order of the index.
select
    due.*,
    step.next_trigger_time as queued_at,
    step.enrollment_id as queued_id,
    case
        when sequence.id is null then 'sequence_missing'
        when
            not coalesce(sequence.is_active, true)
            or lower(trim(coalesce(sequence.status, 'active'))) <> 'active'
            then 'sequence_paused'
    end as sequence_refusal,
    case
        when
            dispatch.step_fingerprint(to_jsonb(live_step))
            is distinct from due.source_hash
            then 'definition_changed'
    end as step_refusal
from {target}.sequence_contacts as step
left join {app}.sequences as sequence
    on
        step.user_id = sequence.user_id
        and step.sequence_id = sequence.id
cross join lateral (
    select due.*
    from {target}.due_steps as due
    where
        due.user_id = step.user_id
        and due.enrollment_id = step.enrollment_id
        and due.sequence_stepid = step.sequence_stepid
    limit 1
) as due
left join {app}.sequence_steps as live_step
    on due.sequence_stepid = live_step.id
where
    step.user_id = device.user_id
    and step.device_id = device.device_id
    and step.status = 'active'
    and step.next_trigger_time <= dispatch.now_utc()

-- name: sendable_devices
-- Devices with something to send now, or as soon as their gap has passed.
select
    device.user_id,
    device.device_id,
    device.gateway,
    device.address,
    coalesce(
        extract(epoch from device.held_until - dispatch.now_utc()), 0
    )::double precision as wait_seconds
from ({queued_devices}) as device
cross join lateral (
    select shown.hold_reason
    from {target}.sequence_contacts as step
    cross join lateral (
        select monitor.hold_reason
        from {target}.sequence_progress_monitor as monitor
        where
            monitor.user_id = step.user_id
            and monitor.enrollment_id = step.enrollment_id
            and monitor.sequence_stepid = step.sequence_stepid
        limit 1
    ) as shown
    where
        step.user_id = device.user_id
        and step.device_id = device.device_id
        and step.status = 'active'
        and step.next_trigger_time <= dispatch.now_utc()
        and coalesce(shown.hold_reason, 'device_gap') = 'device_gap'
        and coalesce(device.hold_reason, 'device_gap') = 'device_gap'
    order by step.next_trigger_time, step.enrollment_id
    limit 1
) as head
where device.device_refusal is null

-- name: take_leases
insert into dispatch.device_leases (
    user_id, device_id, owner, epoch, expires_at
)
select
    wanted.user_id,
    wanted.device_id,
    %(owner)s,
    1,
    clock_timestamp() + make_interval(secs => %(lease_seconds)s)
from unnest(%(user_ids)s::uuid[], %(device_ids)s::uuid[])
    as wanted (user_id, device_id)
order by wanted.user_id, wanted.device_id
on conflict (user_id, device_id) do update set
    owner = excluded.owner,
    expires_at = excluded.expires_at,
    epoch = device_leases.epoch
    + (device_leases.owner is distinct from excluded.owner)::integer
where
    device_leases.owner is null
    or device_leases.owner = excluded.owner
    or device_leases.expires_at <= clock_timestamp()
returning user_id, device_id

-- name: renew_leases
update dispatch.device_leases
set expires_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
where owner = %(owner)s and expires_at > clock_timestamp()
returning user_id, device_id

-- name: release_leases
update dispatch.device_leases
set owner = null, expires_at = clock_timestamp()
where owner = %(owner)s

-- name: lock_leases
-- First statement of a claim: concurrent claims for a device see each other.
select user_id, device_id, epoch
from dispatch.device_leases
where
    owner = %(owner)s
    and expires_at
    > clock_timestamp() + make_interval(secs => %(request_seconds)s)
    and (user_id, device_id) in (
        select wanted.user_id, wanted.device_id
        from unnest(%(user_ids)s::uuid[], %(device_ids)s::uuid[])
            as wanted (user_id, device_id)
    )
order by user_id, device_id
for update

-- name: claim
-- The last word: due_steps is a view on live tables, so opt-outs, caps, gaps
-- and cool-downs are checked here and now, and the CRM's own tables too.
with wanted as (
    select *
    from unnest(
        %(user_ids)s::uuid[], %(device_ids)s::uuid[], %(epochs)s::bigint[]
    ) as listed (user_id, device_id, lease_epoch)
),

devices as (
    select device.*, wanted.lease_epoch, held.hold_reason
    from wanted
    inner join ({live_devices}) as device
        on
            wanted.user_id = device.user_id
            and wanted.device_id = device.device_id
    left join lateral (
        select held.hold_reason
        from {target}.held_devices as held
        where
            held.user_id = wanted.user_id
            and held.device_id = wanted.device_id
        limit 1
    ) as held on true
    where device.gateway = any(%(gateways)s::text[])
),

heads as (
    select
        head.*,
        device.lease_epoch,
        device.gateway,
        coalesce(
            head.min_gap_seconds, device.min_delay_seconds, 5
        ) as gap_one,
        coalesce(
            head.max_gap_seconds, device.max_delay_seconds, 15
        ) as gap_two
    from devices as device
    cross join lateral (
        select queued.*
        from ({queue}) as queued
        where
            device.hold_reason is null
            and queued.sequence_refusal is null
            and queued.step_refusal is null
        order by queued.queued_at, queued.queued_id
        limit 1
    ) as head
),

claimed as (
    insert into dispatch.broadcast_messages (
        user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
        is_resend, day_number, definition_hash, device_id, gateway,
        recipient_phone, message_type, content, media_url, due_at, claimed_at,
        deadline_at, gap_seconds, lease_owner, lease_epoch,
        dispatcher_version, invocation_id, system_identifier
    )
    select
        user_id,
        enrollment_id,
        sequence_id,
        sequence_stepid,
        attempt_no,
        is_resend,
        day_number,
        definition_hash,
        device_id,
        gateway,
        recipient_phone,
        message_type,
        content,
        media_url,
        due_at,
        dispatch.now_utc(),
        dispatch.now_utc() + make_interval(secs => %(deadline_seconds)s),
        greatest(0, least(gap_one, gap_two))
        + random() * abs(greatest(0, gap_two) - greatest(0, gap_one)),
        %(owner)s,
        lease_epoch,
        %(version)s,
        %(invocation_id)s,
        (select dispatch.system_identifier())  -- reads a file: once will do
    from heads
    on conflict (user_id, enrollment_id, sequence_stepid, attempt_no)
    do nothing
    returning *
)

select
    claimed.id,
    claimed.user_id,
    claimed.device_id,
    claimed.attempt_no,
    claimed.recipient_phone,
    claimed.message_type,
    claimed.content,
    claimed.media_url,
    claimed.claimed_at,
    claimed.deadline_at,
    claimed.gap_seconds,
    heads.attempts_used
from claimed
inner join heads
    on
        claimed.user_id = heads.user_id
        and claimed.enrollment_id = heads.enrollment_id
        and claimed.sequence_stepid = heads.sequence_stepid

-- name: record_outcome
-- Truth is never thrown away: the owner of an attempt may settle it whatever
-- became of the lease.
with settled as (
    update dispatch.broadcast_messages
    set
        status = %(status)s,
        fault_class = %(fault_class)s,
        error_message = %(error_message)s,
        http_status = %(http_status)s,
        gateway_answer = %(gateway_answer)s,
        provider_message_id = %(provider_message_id)s,
        finished_at = dispatch.now_utc(),
        sent_at = case when %(status)s = 'sent' then dispatch.now_utc() end,
        row_xid = pg_current_xact_id()
    where
        user_id = %(user_id)s and id = %(message_id)s
        and status in ('sending', 'unknown')
    returning user_id, device_id, status
),

closed as (
    delete from dispatch.breakers as breaker
    using settled
    where
        settled.status = 'sent'
        and breaker.user_id = settled.user_id
        and breaker.scope = 'device'
        and breaker.key = settled.device_id::text
)

select count(*) from settled

-- name: open_breaker
insert into dispatch.breakers (
    user_id, scope, key, fault_class, error_message, opened_at, open_until
)
values (
    %(user_id)s,
    'device',
    %(device_id)s::text,
    %(fault_class)s,
    %(error_message)s,
    dispatch.now_utc(),
    dispatch.now_utc() + make_interval(secs => %(cool_down_seconds)s)
)
on conflict (user_id, scope, key) do update set
    fault_class = excluded.fault_class,
    error_message = excluded.error_message,
    failures = breakers.failures + 1,
    open_until = greatest(breakers.open_until, excluded.open_until)

-- name: clear_refusals
update dispatch.claim_refusals
set cleared_at = dispatch.now_utc()
where cleared_at is null

-- name: refuse
-- What stands before the first message of a device that may go; what comes
-- behind it is looked at when its turn has come.
insert into dispatch.claim_refusals (
    user_id, enrollment_id, sequence_stepid, attempt_no, reason,
    invocation_id, refused_at
)
select
    refused.user_id,
    refused.enrollment_id,
    refused.sequence_stepid,
    refused.attempt_no,
    coalesce(
        device.device_refusal, refused.sequence_refusal, refused.step_refusal
    ),
    %(invocation_id)s,
    dispatch.now_utc()
from ({queued_devices}) as device
left join lateral (
    select queued.queued_at, queued.queued_id
    from ({queue}) as queued
    where
        device.hold_reason is null
        and device.device_refusal is null
        and queued.sequence_refusal is null
        and queued.step_refusal is null
    order by queued.queued_at, queued.queued_id
    limit 1
) as head on true
cross join lateral (
    select queued.*
    from ({queue}) as queued
    where
        device.hold_reason is null
        and (
            head.queued_at is null
            or (queued.queued_at, queued.queued_id)
            < (head.queued_at, head.queued_id)
        )
) as refused
on conflict (
    user_id, enrollment_id, sequence_stepid, attempt_no, reason
) do update set
    invocation_id = excluded.invocation_id,
    refused_at = excluded.refused_at,
    cleared_at = null

-- name: standing_refusals
select reason, count(*) as steps
from dispatch.claim_refusals
where cleared_at is null
group by reason
order by reason

-- name: preview
select queued.*, device.gateway
from ({queued_devices}) as device
cross join lateral (
    select queued.*
    from ({queue}) as queued
    where
        device.hold_reason is null
        and device.device_refusal is null
        and queued.sequence_refusal is null
        and queued.step_refusal is null
    order by queued.queued_at, queued.queued_id
    limit %(max_messages)s
) as queued
order by queued.next_trigger_time, queued.user_id, queued.enrollment_id
limit %(max_messages)s

-- name: held
select hold_reason as reason, count(*) as steps
from {target}.sequence_progress_monitor
where hold_reason is not null
group by hold_reason
order by count(*) desc, hold_reason

-- name: queue_counts
select
    (select count(*) from {target}.due_steps) as due,
    count(*) filter (
        where status = 'sending' and deadline_at > dispatch.now_utc()
    ) as in_flight,
    count(*) filter (
        where
        status = 'unknown'
        or (status = 'sending' and deadline_at <= dispatch.now_utc())
    ) as unknown
from dispatch.broadcast_messages

-- name: devices
select
    coalesce(device.device_name, attempt.device_id::text) as device,
    count(*) filter (where attempt.status = 'sent') as sent,
    count(*) filter (where attempt.status = 'failed') as failed,
    count(*) filter (where attempt.status = 'unknown') as unknown,
    count(*) filter (where attempt.status = 'released') as released,
    max(attempt.sent_at) as last_sent_at,
    max(lower(breaker.fault_class)) as cooling_down_for,
    max(breaker.open_until) as cooling_down_until,
    max(lease.owner) as leased_by
from dispatch.broadcast_messages as attempt
left join {app}.user_devices as device
    on
        attempt.user_id = device.user_id
        and attempt.device_id = device.id
left join dispatch.breakers as breaker
    on
        attempt.user_id = breaker.user_id
        and breaker.scope = 'device'
        and breaker.key = attempt.device_id::text
        and breaker.open_until > dispatch.now_utc()
left join dispatch.device_leases as lease
    on
        attempt.user_id = lease.user_id
        and attempt.device_id = lease.device_id
        and lease.expires_at > clock_timestamp()
group by 1
order by 1

-- name: last_build
select invocation_id, command, status, detail, started_at, finished_at
from dispatch.pipeline_runs
where target_schema = %(target)s and writes_queue
order by run_no desc
limit 1

-- name: switch
insert into dispatch.operator_requests (kind, reason, requested_by)
values (%(kind)s, %(reason)s, %(requested_by)s)

-- name: unit_tests_passed
select exists (
    select 1 from dispatch.pipeline_runs
    where code_hash = %(code_hash)s and unit_tests_passed
) as passed
