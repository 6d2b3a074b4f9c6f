with user_devices as (

    select * from {{ source('app', 'user_devices') }}

),

-- Never jid: on some gateways it is the credential
renamed as (

    select
        user_id,
        id as device_id,
        device_name::text as device_name,
        dispatch.gateway_of(platform) as gateway
    from user_devices

)

select * from renamed
