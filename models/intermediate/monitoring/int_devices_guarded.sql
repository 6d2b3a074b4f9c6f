with known as (

    select * from {{ ref('int_devices_known') }}

),

breakers as (

    select
        *,
        case
            when open_until > {{ now_utc() }} then 'open' else 'half_open'
        end as breaker_state
    from {{ ref('stg_dispatch__breakers') }}

),

gateways as (

    select * from {{ ref('stg_dispatch__gateway_holds') }}

),

guarded as (

    select
        known.user_id,
        known.device_id,
        known.device_name,
        known.gateway,
        coalesce(breakers.breaker_state, 'closed') as breaker_state,
        breakers.fault_class as breaker_fault,
        breakers.open_until as breaker_until,
        coalesce(gateways.breaker_state, 'closed') as gateway_breaker_state,
        gateways.fault_class as gateway_breaker_fault,
        gateways.held_until as gateway_breaker_until
    from known
    left join breakers
        on
            known.user_id = breakers.user_id
            and known.device_id = breakers.device_id
    left join gateways on known.gateway = gateways.gateway

)

select * from guarded
