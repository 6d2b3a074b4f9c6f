with gateway_holds as (

    select * from {{ source('dispatch', 'gateway_holds') }}

),

renamed as (

    select
        gateway,
        fault_class,
        error_message,
        breaker_state,
        held_until,
        probing_device_id
    from gateway_holds

)

select * from renamed
