with breakers as (

    select * from {{ ref('stg_dispatch__breakers') }}
    where open_until > {{ now_utc() }}

),

gateways as (

    select * from {{ ref('stg_dispatch__gateway_holds') }}

),

known as (

    select * from {{ ref('int_devices_known') }}

),

-- A half-open device sends one message at a time, as ever; of a half-open
-- gateway only the device that probes it may
cooling as (

    select
        user_id,
        device_id,
        'device' as breaker_scope,
        lower(fault_class) as hold_reason,
        open_until as held_until
    from breakers
    union all
    select
        known.user_id,
        known.device_id,
        'gateway' as breaker_scope,
        'gateway_cooling_down' as hold_reason,
        gateways.held_until
    from known
    inner join gateways
        on
            known.gateway = gateways.gateway
            and known.device_id is distinct from gateways.probing_device_id

)

select * from cooling
