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
