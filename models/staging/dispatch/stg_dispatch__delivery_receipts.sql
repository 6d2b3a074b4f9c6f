{%- set ranks = "array['sent', 'failed', 'delivered', 'read', 'played']" -%}

with delivery_receipts as (

    select * from {{ source('dispatch', 'delivery_receipts') }}

),

-- Receipts come in any order and twice: only the furthest one counts. What the
-- server took may fail on its way yet, what somebody got may not.
furthest as (

    select
        user_id,
        message_id,
        (array_agg(status order by array_position({{ ranks }}, status) desc))[1]
            as receipt_status,
        bool_or(status <> 'failed') as is_proof_of_sending
    from delivery_receipts
    group by user_id, message_id

)

select * from furthest
