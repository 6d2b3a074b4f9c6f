with leads as (

    select * from {{ source('app', 'leads') }}

),

renamed as (

    select
        user_id,
        id::text as lead_id,
        device_id,
        coalesce(name, '')::text as lead_name,
        phone::text as lead_phone,
        {{ phone_key('phone') }} as contact_phone,
        trigger::text as lead_trigger,
        created_at at time zone 'UTC' as lead_created_at
    from leads

)

select * from renamed
