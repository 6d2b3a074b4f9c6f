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
        max(fault_class) as fault_class,
        max(error_message) as error_message
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
        -- As the fold has it: what the ledger calls failed or released is that
        attempts.attempt_status in ('sent', 'sending', 'unknown')
        and coalesce(
            receipts.has_failed and not receipts.is_delivered, false
        ) as is_undelivered,
        receipts.fault_class as receipt_fault_class,
        receipts.error_message as receipt_error
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
