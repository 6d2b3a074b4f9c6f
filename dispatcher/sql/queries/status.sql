-- name: held
-- What keeps back the steps whose time has come; those without a reason may go.
-- Of each device no more than its part of so many are looked at, the first ones,
-- and one at least: a queue may be millions long.
with devices as materialized ({due_devices}),

part as (
    select greatest(1, %(most)s::integer / greatest(1, count(*))) as steps
    from devices
)

select shown.hold_reason as reason, count(*) as steps
from devices
cross join lateral (
    select step.user_id, step.enrollment_id, step.sequence_stepid
    from {target}.sequence_contacts as step
    where
        step.user_id = devices.user_id
        and step.device_id = devices.device_id
        and step.status = 'active'
        and step.next_trigger_time <= dispatch.now_utc()
    order by step.next_trigger_time, step.enrollment_id
    limit (select steps from part)
) as step
cross join lateral (
    select monitor.hold_reason
    from {target}.sequence_progress_monitor as monitor
    where
        monitor.user_id = step.user_id
        and monitor.enrollment_id = step.enrollment_id
        and monitor.sequence_stepid = step.sequence_stepid
    limit 1
) as shown
group by shown.hold_reason
order by count(*) desc, shown.hold_reason

-- name: queue_counts
-- Counted in indexes alone. What waits behind an earlier step is in none.
select
    queue.time_has_come,
    queue.scheduled,
    sending.in_flight,
    sending.left_behind + (
        select count(*) from dispatch.broadcast_messages
        where status = 'unknown'
    ) as unknown
from (
    select
        count(*) filter (
            where next_trigger_time <= dispatch.now_utc()
        ) as time_has_come,
        count(*) filter (
            where next_trigger_time > dispatch.now_utc()
        ) as scheduled
    from {target}.sequence_contacts
    where status = 'active'
) as queue
cross join (
    select
        count(*) filter (
            where deadline_at > dispatch.now_utc()
        ) as in_flight,
        count(*) filter (
            where deadline_at <= dispatch.now_utc()
        ) as left_behind
    from dispatch.broadcast_messages
    where status = 'sending'
) as sending

-- name: devices
-- What each did in the last day, and what keeps it back.
select
    device.device_name as device,
    attempts.sent,
    attempts.failed,
    attempts.unknown,
    attempts.released,
    attempts.last_sent_at,
    lower(breaker.fault_class) as cooling_down_for,
    breaker.open_until as cooling_down_until,
    lease.owner as leased_by
from {app}.user_devices as device
cross join lateral (
    select
        count(*) filter (where attempt.status = 'sent') as sent,
        count(*) filter (where attempt.status = 'failed') as failed,
        count(*) filter (where attempt.status = 'unknown') as unknown,
        count(*) filter (where attempt.status = 'released') as released,
        count(*) as attempts,
        max(attempt.sent_at) as last_sent_at
    from dispatch.broadcast_messages as attempt
    where
        attempt.user_id = device.user_id
        and attempt.device_id = device.id
        and attempt.claimed_at > dispatch.now_utc() - interval '1 day'
) as attempts
left join dispatch.breakers as breaker
    on
        device.user_id = breaker.user_id
        and breaker.scope = 'device'
        and breaker.key = device.id::text
        and breaker.open_until > dispatch.now_utc()
left join dispatch.device_leases as lease
    on
        device.user_id = lease.user_id
        and device.id = lease.device_id
        and lease.expires_at > clock_timestamp()
where
    attempts.attempts > 0
    or breaker.key is not null
    or lease.owner is not null
order by device.device_name, device.id
