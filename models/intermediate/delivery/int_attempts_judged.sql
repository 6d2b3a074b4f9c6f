with enrollments as (

    select * from {{ ref('enrollments_to_fold') }}

),

-- The ledger and the receipts are large: each row is found by an index, which
-- is what a lateral join that cannot be flattened makes sure of
attempts as (

    select
        attempts.*,
        receipts.proves_sent,
        receipts.is_delivered,
        receipts.undelivered_at,
        receipts.receipt_fault_class
    from enrollments
    cross join
        lateral (
            select messages.*
            from {{ ref('stg_dispatch__broadcast_messages') }} as messages
            where
                messages.user_id = enrollments.user_id
                and messages.enrollment_id = enrollments.enrollment_id
            offset 0
        ) as attempts
    cross join lateral {{ receipts_of('attempts') }} as receipts

),

-- What receipts say outranks the ledger. An attempt that is still `sending`
-- is unknown until its owner settles it.
judged as (

    select
        *,
        case
            when is_delivered then 'sent'
            when
                undelivered_at is not null
                and attempt_status in ('sent', 'sending', 'unknown')
                then 'undelivered'
            when proves_sent then 'sent'
            when attempt_status = 'sending' then 'unknown'
            else attempt_status
        end as verdict
    from attempts

),

described as (

    select
        user_id,
        enrollment_id,
        sequence_stepid,
        attempt_no,
        day_number,
        definition_hash,
        claimed_at,
        deadline_at,
        due_at,
        verdict,
        is_delivered,
        attempt_status in ('sending', 'sent', 'unknown') as is_possibly_sent,
        coalesce(sent_at, claimed_at) as sent_at,
        case verdict when 'undelivered' then undelivered_at else finished_at end
            as ended_at,
        case verdict
            when
                'undelivered'
                then coalesce(receipt_fault_class, 'UNCLASSIFIED')
            else fault_class
        end as fault_class
    from judged

)

select * from described
