-- name: recover_gateways
-- They answered: nothing of what went wrong there counts any more. One that is
-- open stays so, for it may have asked for that; what was in flight is no
-- probe.
with recovered as (
    delete from dispatch.gateway_breakers
    where
        gateway = any(%(gateways)s::text[])
        and (open_until is null or open_until <= dispatch.now_utc())
    returning gateway, opened_at
)

delete from dispatch.breakers as breaker
using recovered
where
    recovered.opened_at is not null
    and breaker.gateway = recovered.gateway

-- name: failed_gateways
select
    gateway,
    array_agg(distinct device_id) as devices,
    (array_agg(fault_class order by failure_no desc))[1] as fault_class,
    (array_agg(error_message order by failure_no desc))[1] as error_message,
    max(cool_down_seconds) as cool_down_seconds,
    max(longest_seconds) as longest_seconds,
    min(devices_to_open) as devices_to_open
from unnest(
    %(gateways)s::text[],
    %(device_ids)s::uuid[],
    %(fault_classes)s::text[],
    %(error_messages)s::text[],
    %(cool_downs)s::double precision[],
    %(longest_cool_downs)s::double precision[],
    %(devices_to_open)s::integer[]
) with ordinality as failed (
    gateway,
    device_id,
    fault_class,
    error_message,
    cool_down_seconds,
    longest_seconds,
    devices_to_open,
    failure_no
)
group by gateway

-- name: count_failed_devices
insert into dispatch.gateway_breakers as breaker (
    gateway, failed_devices, fault_class, error_message
)
select
    gateway,
    devices,
    fault_class,
    error_message
from ({failed_gateways}) as failed
order by gateway
on conflict (gateway) do update set
    failed_devices = array(
        select distinct unnest(
            breaker.failed_devices
            || case
                when breaker.opened_at is null then excluded.failed_devices
            end
        )
    ),
    fault_class = excluded.fault_class,
    error_message = excluded.error_message

-- name: open_gateways
-- Those where enough devices failed in a row, and those whose probe failed.
-- What was in flight may fail while one is open: that is no failure more, but
-- the cool-down counts from the last.
update dispatch.gateway_breakers as breaker
set
    failures = breaker.failures + judged.is_another::integer,
    opened_at = coalesce(breaker.opened_at, dispatch.now_utc()),
    open_until = greatest(
        breaker.open_until,
        dispatch.rests_until(
            judged.cool_down_seconds,
            judged.longest_seconds,
            breaker.failures - 1 + judged.is_another::integer
        )
    ),
    probing_until = null,
    probing_user_id = null,
    probing_device_id = null
from (
    select
        failed.*,
        coalesce(seen.open_until <= dispatch.now_utc(), true) as is_another
    from ({failed_gateways}) as failed
    inner join dispatch.gateway_breakers as seen
        on failed.gateway = seen.gateway
    where
        seen.opened_at is not null
        or cardinality(seen.failed_devices) >= failed.devices_to_open
) as judged
where breaker.gateway = judged.gateway

-- name: take_probe
-- Whoever comes first has it until it is over: a device of ours is named when
-- it is to send a message, and not while the gateway is asked.
update dispatch.gateway_breakers as breaker
set
    probing_until
    = dispatch.now_utc() + make_interval(secs => %(probe_seconds)s),
    probing_user_id = null,
    probing_device_id = null
from dispatch.gateway_holds as hold
where
    breaker.gateway = %(gateway)s
    and breaker.gateway = hold.gateway
    and hold.is_probe_due
    and breaker.open_until <= dispatch.now_utc()
    and coalesce(breaker.probing_until <= dispatch.now_utc(), true)
returning breaker.gateway

-- name: probe_by_message
update dispatch.gateway_breakers
set
    probing_until
    = dispatch.now_utc() + make_interval(secs => %(probe_seconds)s),
    probing_user_id = %(user_id)s,
    probing_device_id = %(device_id)s
where
    gateway = %(gateway)s
    and open_until <= dispatch.now_utc()
    and probing_device_id is null

-- name: close_gateway
-- It answered a question. That it also sends is seen at the next message;
-- until then it is remembered how often it failed.
with closed as (
    update dispatch.gateway_breakers
    set
        failed_devices = array[]::uuid[],
        opened_at = null,
        open_until = null,
        probing_until = null,
        probing_user_id = null,
        probing_device_id = null
    where gateway = %(gateway)s and open_until <= dispatch.now_utc()
    returning gateway
)

delete from dispatch.breakers as breaker
using closed
where breaker.gateway = closed.gateway

-- name: reopen_gateway
update dispatch.gateway_breakers as breaker
set
    error_message = %(error_message)s,
    failures = breaker.failures + 1,
    open_until = dispatch.rests_until(
        policy.cool_down_minutes * 60.0,
        policy.longest_cool_down_minutes * 60.0,
        breaker.failures
    ),
    probing_until = null,
    probing_user_id = null,
    probing_device_id = null
from {target}.fault_policies as policy
where
    breaker.gateway = %(gateway)s
    and breaker.open_until <= dispatch.now_utc()
    and breaker.fault_class = policy.fault_class

-- name: reopen_device
-- Its gateway says that it cannot send yet, and why.
update dispatch.breakers as breaker
set
    fault_class = policy.fault_class,
    error_message = %(error_message)s,
    failures = breaker.failures + 1,
    open_until = dispatch.rests_until(
        policy.cool_down_minutes * 60.0,
        policy.longest_cool_down_minutes * 60.0,
        breaker.failures
    )
from {target}.fault_policies as policy
where
    breaker.user_id = %(user_id)s
    and breaker.scope = 'device'
    and breaker.key = %(device_id)s::uuid::text
    and policy.fault_class = coalesce(%(fault_class)s, breaker.fault_class)

-- name: standing_breakers
-- What is left alone, gateways first.
select
    'gateway' as scope,
    gateway as key,
    null as device,
    breaker_state as state,
    fault_class as fault,
    opened_at as since,
    held_until as until,
    failures,
    error_message as error
from dispatch.gateway_holds
union all
select
    breaker.scope,
    breaker.key,
    device.device_name as device,
    case
        when breaker.open_until > dispatch.now_utc() then 'open'
        else 'half_open'
    end as state,
    breaker.fault_class as fault,
    breaker.opened_at as since,
    breaker.open_until as until,
    breaker.failures,
    breaker.error_message as error
from dispatch.breakers as breaker
left join {app}.user_devices as device
    on
        breaker.user_id = device.user_id
        and breaker.key = device.id::text
order by scope desc, state desc, since asc, key asc
