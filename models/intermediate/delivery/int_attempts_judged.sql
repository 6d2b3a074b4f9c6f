with attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

receipts as (

    select * from {{ ref('stg_dispatch__delivery_receipts') }}

),

fault_policies as (

    select * from {{ ref('fault_policies') }}

),

-- A receipt proves the message sent, whatever the ledger row says. An attempt
-- that is still `sending` is unknown until its owner settles it.
judged as (

    select
        attempts.user_id,
        attempts.enrollment_id,
        attempts.sequence_stepid,
        attempts.attempt_no,
        attempts.message_id,
        attempts.day_number,
        attempts.definition_hash,
        attempts.fault_class,
        attempts.claimed_at,
        attempts.deadline_at,
        attempts.finished_at,
        coalesce(attempts.sent_at, attempts.claimed_at) as sent_at,
        case
            when
                attempts.attempt_status = 'sent'
                or receipts.is_proof_of_sending then 'sent'
            when attempts.attempt_status = 'sending' then 'unknown'
            else attempts.attempt_status
        end as verdict,
        coalesce(fault_policies.retry_minutes, '{}') as retry_minutes,
        coalesce(fault_policies.ends_enrollment, false) as ends_enrollment
    from attempts
    left join receipts
        on
            attempts.user_id = receipts.user_id
            and attempts.message_id = receipts.message_id
    left join fault_policies
        on attempts.fault_class = fault_policies.fault_class

)

select * from judged
