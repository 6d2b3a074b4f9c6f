with attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

furthest as (

    select * from {{ ref('stg_dispatch__delivery_receipts') }}

),

receipts as (

    select
        user_id,
        message_id,
        bool_or(receipt_status in ('delivered', 'read', 'played'))
            as is_delivered,
        bool_or(receipt_status in ('read', 'played')) as is_read,
        bool_or(receipt_status = 'failed') as has_failed,
        max(fault_class) as fault_class
    from {{ ref('stg_dispatch__receipt_events') }}
    group by user_id, message_id

),

-- One outcome each, so that the counts by outcome add up to the attempts; a
-- receipt that proves the sending outranks the ledger
judged as (

    select
        attempts.*,
        furthest.receipt_status,
        case
            when attempts.attempt_status = 'sent' then 'sent'
            when furthest.is_proof_of_sending then 'sent'
            when attempts.attempt_status <> 'sending'
                then attempts.attempt_status
            when attempts.deadline_at > {{ now_utc() }} then 'in_flight'
            else 'unknown'
        end as attempt_outcome,
        coalesce(receipts.is_delivered, false) as is_delivered,
        coalesce(receipts.is_read, false) as is_read,
        attempts.attempt_status = 'sent'
        and coalesce(
            receipts.has_failed and not receipts.is_delivered, false
        ) as is_undelivered,
        coalesce(attempts.fault_class, receipts.fault_class)
            as reported_fault_class
    from attempts
    left join furthest
        on
            attempts.user_id = furthest.user_id
            and attempts.message_id = furthest.message_id
    left join receipts
        on
            attempts.user_id = receipts.user_id
            and attempts.message_id = receipts.message_id

)

select * from judged
