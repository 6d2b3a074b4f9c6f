with breakers as (

    select * from {{ ref('stg_dispatch__breakers') }}
    where open_until > {{ now_utc() }}

),

described as (

    select
        user_id,
        device_id::text as subject_id,
        1 as affected_count,
        null::numeric as share,
        null::text[] as example_keys,
        format(
            'device %s is left alone until %s: %s',
            device_id, open_until, fault_class
        ) as explanation,
        'see the device at its gateway, then wait for the time above' as cure
    from breakers

)

select * from described
