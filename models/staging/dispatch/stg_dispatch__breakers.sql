with breakers as (

    select * from {{ source('dispatch', 'breakers') }}

),

renamed as (

    select
        user_id,
        key::uuid as device_id,
        fault_class,
        error_message,
        open_until
    from breakers

)

select * from renamed
