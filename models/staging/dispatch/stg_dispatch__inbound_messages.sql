with inbound_messages as (

    select * from {{ source('dispatch', 'inbound_messages') }}

),

-- Gateways have clocks of their own: nothing was written after it came in
renamed as (

    select
        user_id,
        id as inbound_id,
        device_id,
        phone as contact_phone,
        least(occurred_at, received_at) as occurred_at,
        row_xid
    from inbound_messages

)

select * from renamed
