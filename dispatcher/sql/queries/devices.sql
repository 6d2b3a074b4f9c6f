-- name: live_devices
-- The CRM's devices as the dispatcher calls them.
select
    user_id,
    id as device_id,
    dispatch.gateway_of(platform) as gateway,
    coalesce(nullif(trim(jid), ''), id::text) as address,
    min_delay_seconds,
    max_delay_seconds
from {app}.user_devices

-- name: named_devices
-- Every device of the CRM, or the one that is asked for.
select
    device.user_id,
    device.device_id,
    device.gateway,
    device.address,
    crm.device_name
from ({live_devices}) as device
inner join {app}.user_devices as crm
    on
        device.user_id = crm.user_id
        and device.device_id = crm.id
where
    %(device_id)s::uuid is null
    or device.device_id = %(device_id)s::uuid
order by crm.device_name, device.device_id

-- name: due_devices
-- Devices with an active step whose time has come. They are found by hopping
-- through the index from one to the next, which begins with its earliest step.
with recursive queued as (
    (
        select step.user_id, step.device_id, step.next_trigger_time
        from {target}.sequence_contacts as step
        where step.status = 'active'
        order by step.user_id, step.device_id, step.next_trigger_time
        limit 1
    )
    union all
    select
        following.user_id,
        following.device_id,
        following.next_trigger_time
    from queued
    cross join lateral (
        select step.user_id, step.device_id, step.next_trigger_time
        from {target}.sequence_contacts as step
        where
            step.status = 'active'
            and (step.user_id, step.device_id)
            > (queued.user_id, queued.device_id)
        order by step.user_id, step.device_id, step.next_trigger_time
        limit 1
    ) as following
)

select user_id, device_id
from queued
where next_trigger_time <= dispatch.now_utc()

-- name: queued_devices
-- What keeps each of them back.
select
    queued.user_id,
    queued.device_id,
    device.gateway,
    device.address,
    held.held_until,
    -- The gateway that the CRM names now, which the last build may not know
    coalesce(
        held.hold_reason,
        case
            when gateway.gateway is not null then 'gateway_cooling_down'
        end
    ) as hold_reason,
    coalesce(gateway.is_probe_due, false) as is_gateway_due,
    breaker.key is not null as is_half_open,
    case
        when device.device_id is null then 'device_missing'
        when not device.gateway = any(%(gateways)s::text[])
            then 'unknown_platform'
    end as device_refusal
from ({due_devices}) as queued
left join ({live_devices}) as device
    on
        queued.user_id = device.user_id
        and queued.device_id = device.device_id
left join dispatch.gateway_holds as gateway
    on
        device.gateway = gateway.gateway
        and queued.device_id is distinct from gateway.probing_device_id
left join dispatch.breakers as breaker
    on
        queued.user_id = breaker.user_id
        and breaker.scope = 'device'
        and queued.device_id::text = breaker.key
left join lateral (
    select held.hold_reason, held.held_until
    from {target}.held_devices as held
    where
        held.user_id = queued.user_id
        and held.device_id = queued.device_id
    limit 1
) as held on true

-- name: sendable_devices
-- Devices with something to send now, or as soon as their gap has passed,
-- that no other dispatcher has and this one does not know; and those that only
-- their gateway keeps back, when that may be probed.
select
    device.user_id,
    device.device_id,
    device.gateway,
    device.address,
    coalesce(
        extract(epoch from device.held_until - dispatch.now_utc()), 0
    )::double precision as wait_seconds,
    device.is_gateway_due,
    device.is_half_open
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
        and coalesce(shown.hold_reason, 'device_gap')
        in ('device_gap', 'gateway_cooling_down')
        and (
            coalesce(device.hold_reason, 'device_gap') = 'device_gap'
            or (
                device.hold_reason = 'gateway_cooling_down'
                and device.is_gateway_due
            )
        )
    order by step.next_trigger_time, step.enrollment_id
    limit 1
) as head
where
    device.device_refusal is null
    and (
        device.is_gateway_due
        -- said so that it is looked up: as a join, all are compared with all
        or (
            (device.user_id, device.device_id) in (
                select known.user_id, known.device_id
                from unnest(%(user_ids)s::uuid[], %(device_ids)s::uuid[])
                    as known (user_id, device_id)
            )
        ) is not true
    )
    and not exists (
        select from dispatch.device_leases as lease
        where
            lease.user_id = device.user_id
            and lease.device_id = device.device_id
            and lease.owner <> %(owner)s
            and lease.expires_at > clock_timestamp()
    )
