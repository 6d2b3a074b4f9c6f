with inbound_messages as (

    select * from {{ source('dispatch', 'inbound_messages') }}

),

renamed as (

    select
        user_id,
        id as inbound_id,
        device_id,
        phone as contact_phone,
        occurred_at,
        row_xid
    from inbound_messages

)

select * from renamed
