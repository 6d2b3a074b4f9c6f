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

-- name: checked
-- What is due, and why the CRM's live tables keep it back, if they do.
select
    due.*,
    coalesce(nullif(lower(trim(device.platform)), ''), 'native') as gateway,
    coalesce(nullif(trim(device.jid), ''), device.id::text) as address,
    coalesce(due.min_gap_seconds, device.min_delay_seconds, 5) as gap_one,
    coalesce(due.max_gap_seconds, device.max_delay_seconds, 15) as gap_two,
    case
        when device.id is null then 'device_missing'
        when sequence.id is null then 'sequence_missing'
        when
            not coalesce(sequence.is_active, true)
            or lower(trim(coalesce(sequence.status, 'active'))) <> 'active'
            then 'sequence_paused'
        when
            not coalesce(nullif(lower(trim(device.platform)), ''), 'native')
            = any(%(gateways)s::text[])
            then 'unknown_platform'
    end as refusal
from {target}.due_steps as due
left join {app}.user_devices as device
    on
        due.user_id = device.user_id
        and due.device_id = device.id
left join {app}.sequences as sequence
    on
        due.user_id = sequence.user_id
        and due.sequence_id = sequence.id

-- name: sendable_devices
-- Devices with something to send now, or as soon as their gap has passed.
with sendable as (
    select user_id, device_id, 0::double precision as wait_seconds
    from ({checked}) as checked
    where refusal is null
    union all
    select
        user_id,
        device_id,
        extract(epoch from held_until - dispatch.now_utc())::double precision
    from {target}.sequence_progress_monitor
    where hold_reason = 'device_gap'
)

select
    sendable.user_id,
    sendable.device_id,
    min(sendable.wait_seconds) as wait_seconds,
    min(
        coalesce(nullif(lower(trim(device.platform)), ''), 'native')
    ) as gateway,
    min(coalesce(nullif(trim(device.jid), ''), device.id::text)) as address
from sendable
inner join {app}.user_devices as device
    on
        sendable.user_id = device.user_id
        and sendable.device_id = device.id
group by sendable.user_id, sendable.device_id

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

heads as (
    select distinct on (due.user_id, due.device_id)
        due.*,
        wanted.lease_epoch
    from ({checked}) as due
    inner join wanted
        on
            due.user_id = wanted.user_id
            and due.device_id = wanted.device_id
    where due.refusal is null
    order by
        due.user_id asc,
        due.device_id asc,
        due.next_trigger_time asc,
        due.enrollment_id asc
),

claimed as (
    insert into dispatch.broadcast_messages (
        user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
        is_resend, day_number, definition_hash, device_id, gateway,
        recipient_phone, message_type, content, media_url, claimed_at,
        deadline_at, gap_seconds, lease_owner, lease_epoch,
        dispatcher_version, invocation_id
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
        dispatch.now_utc(),
        dispatch.now_utc() + make_interval(secs => %(deadline_seconds)s),
        greatest(0, least(gap_one, gap_two))
        + random() * abs(greatest(0, gap_two) - greatest(0, gap_one)),
        %(owner)s,
        lease_epoch,
        %(version)s,
        %(invocation_id)s
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
insert into dispatch.claim_refusals (
    user_id, enrollment_id, sequence_stepid, attempt_no, reason,
    invocation_id, refused_at
)
select
    user_id,
    enrollment_id,
    sequence_stepid,
    attempt_no,
    refusal,
    %(invocation_id)s,
    dispatch.now_utc()
from ({checked}) as checked
where refusal is not null
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
select *
from ({checked}) as checked
where refusal is null
order by next_trigger_time, user_id, enrollment_id
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
