-- Whom to leave alone, and for how long.

-- The gateway that a device sends through, by its platform in the CRM.
create function dispatch.gateway_of(platform text) returns text
language sql immutable parallel safe
return coalesce(nullif(lower(trim(platform)), ''), 'native');

-- Seconds to leave alone what failed so often before, in a row: twice as long
-- each time, up to the longest, and never less than the first.
create function dispatch.cool_down(
    first_seconds double precision,
    longest_seconds double precision,
    failures integer
) returns double precision
language sql immutable parallel safe
return greatest(
    first_seconds,
    least(longest_seconds, first_seconds * 2 ^ least(failures, 30))
);

-- A device that is left alone until open_until, then half open: it sends one
-- message, as ever, and what becomes of that decides. With a gateway, the
-- fault was the gateway's, and ends with it.
alter table dispatch.breakers
add column gateway text,
drop constraint scope_is_known,
add constraint scope_is_known check (scope = 'device');

-- A gateway whose devices failed in a row, for a reason that is its own. Those
-- are counted until there are enough to open it, which opened_at says. From
-- open_until on it is half open: whoever takes the probe asks it, or sends one
-- message from one device, while nobody else may.
create table dispatch.gateway_breakers (
    gateway text primary key,
    failed_devices uuid[] not null,
    fault_class text not null,
    error_message text,
    failures integer not null default 0,
    opened_at timestamptz,
    open_until timestamptz,
    probing_until timestamptz,
    probing_user_id uuid,
    probing_device_id uuid,
    constraint failures_are_not_negative check (failures >= 0),
    constraint open_has_an_end check (
        (opened_at is null) = (open_until is null)
    ),
    constraint only_an_open_one_is_probed check (
        probing_until is null or opened_at is not null
    ),
    constraint a_probing_device_has_its_tenant_and_time check (
        (probing_device_id is null) = (probing_user_id is null)
        and (probing_device_id is null or probing_until is not null)
    )
);

-- The gateways whose devices may not send, but for the one that probes.
create view dispatch.gateway_holds as
select
    breaker.gateway,
    breaker.fault_class,
    breaker.error_message,
    breaker.failures,
    breaker.opened_at,
    case
        when breaker.open_until > dispatch.now_utc() then 'open'
        else 'half_open'
    end as breaker_state,
    case
        when breaker.open_until > dispatch.now_utc() then breaker.open_until
        when breaker.probing_until > dispatch.now_utc()
            then breaker.probing_until
    end as held_until,
    breaker.open_until <= dispatch.now_utc()
    and coalesce(breaker.probing_until <= dispatch.now_utc(), true)
    and not exists (
        select 1 from dispatch.broadcast_messages as probe
        where
            probe.user_id = breaker.probing_user_id
            and probe.device_id = breaker.probing_device_id
            and probe.status = 'sending'
            and probe.deadline_at > dispatch.now_utc()
    ) as is_probe_due,
    case
        when breaker.probing_until > dispatch.now_utc()
            then breaker.probing_device_id
    end as probing_device_id
from dispatch.gateway_breakers as breaker
where breaker.opened_at is not null;
