with attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

receipts as (

    select * from {{ ref('stg_dispatch__delivery_receipts') }}

),

-- One outcome each, so that the counts by outcome add up to the attempts; a
-- receipt that proves the sending outranks the ledger
judged as (

    select
        attempts.*,
        receipts.receipt_status,
        case
            when attempts.attempt_status = 'sent' then 'sent'
            when receipts.is_proof_of_sending then 'sent'
            when attempts.attempt_status <> 'sending'
                then attempts.attempt_status
            when attempts.deadline_at > {{ now_utc() }} then 'in_flight'
            else 'unknown'
        end as attempt_outcome,
        coalesce(
            receipts.receipt_status in ('delivered', 'read', 'played'), false
        ) as is_delivered,
        coalesce(
            receipts.receipt_status in ('read', 'played'), false
        ) as is_read
    from attempts
    left join receipts
        on
            attempts.user_id = receipts.user_id
            and attempts.message_id = receipts.message_id

)

select * from judged
