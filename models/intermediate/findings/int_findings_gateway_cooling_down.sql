with gateways as (

    select * from {{ ref('stg_dispatch__gateway_holds') }}
    where breaker_state = 'open'

),

-- One that the CRM has no more waits for nothing
devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

-- Told to each tenant that sends through it
waiting as (

    select
        devices.user_id,
        gateways.gateway,
        gateways.fault_class,
        gateways.held_until,
        count(*) as device_count
    from devices
    inner join gateways on devices.gateway = gateways.gateway
    group by 1, 2, 3, 4

),

described as (

    select
        user_id,
        gateway as subject_id,
        device_count as affected_count,
        null::numeric as share,
        null::text[] as example_keys,
        format(
            'gateway %s is left alone until %s, with its devices: %s; the '
            || 'cure has it probed at once',
            gateway, held_until, fault_class
        ) as explanation,
        format(
            'dispatcher retry --gateway ''%s'' --reason "it is back"',
            replace(gateway, '''', '''\''''')
        ) as cure
    from waiting

)

select * from described
