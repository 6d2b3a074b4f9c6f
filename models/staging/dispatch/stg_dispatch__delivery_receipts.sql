with delivery_receipts as (

    select * from {{ source('dispatch', 'delivery_receipts') }}

),

-- Receipts come in any order and twice: only the furthest one counts
ranked as (

    select
        user_id,
        message_id,
        status as receipt_status,
        array_position(
            array['failed', 'sent', 'delivered', 'read', 'played'], status
        ) as receipt_rank
    from delivery_receipts

),

furthest as (

    select distinct on (user_id, message_id)
        user_id,
        message_id,
        receipt_status,
        receipt_rank > 1 as is_proof_of_sending
    from ranked
    order by user_id asc, message_id asc, receipt_rank desc

)

select * from furthest
