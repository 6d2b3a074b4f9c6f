with devices as (

    select * from {{ ref('int_devices_held') }}

),

held as (

    select
        user_id,
        device_id,
        hold_reason,
        held_until
    from devices

)

select * from held
