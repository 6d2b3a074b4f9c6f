with delivery_receipts as (

    select * from {{ source('dispatch', 'delivery_receipts') }}

),

broadcast_messages as (

    select * from {{ source('dispatch', 'broadcast_messages') }}

),

-- Gateways have clocks of their own: nothing is reported before its claim, nor
-- after it was heard
renamed as (

    select
        delivery_receipts.user_id,
        delivery_receipts.message_id,
        broadcast_messages.enrollment_id,
        delivery_receipts.status as receipt_status,
        delivery_receipts.fault_class,
        delivery_receipts.error_message,
        greatest(
            broadcast_messages.claimed_at,
            least(delivery_receipts.occurred_at, delivery_receipts.received_at)
        ) as occurred_at,
        delivery_receipts.row_xid
    from delivery_receipts
    inner join broadcast_messages
        on
            delivery_receipts.user_id = broadcast_messages.user_id
            and delivery_receipts.message_id = broadcast_messages.id

)

select * from renamed
