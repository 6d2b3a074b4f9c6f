with reasons as (

    select * from {{ ref('int_devices_holds') }}

),

-- The first that applies, as for a step of the device
first_reason as (

    select distinct on (user_id, device_id)
        user_id,
        device_id,
        hold_reason,
        held_until
    from reasons
    order by user_id asc, device_id asc, reason_rank asc

)

select * from first_reason
