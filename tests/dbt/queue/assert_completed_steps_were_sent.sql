-- Nothing is completed that was not sent: a completed step has an attempt that
-- the ledger or a receipt calls sent (one that failed was sent, too), one
-- assumed sent an attempt that may have been. Of the enrolments that this
-- build folded, each step looked at by itself: joined at once, all would be
-- compared with all, for the planner expects few.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}
    where status = 'completed'

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

receipts as (

    select * from {{ ref('stg_dispatch__delivery_receipts') }}

),

proved as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid,
        steps.status_reason,
        (
            select
                bool_or(
                    (
                        steps.status_reason = 'assumed_sent'
                        and attempts.attempt_status <> 'released'
                    )
                    or attempts.attempt_status = 'sent'
                    or heard.is_proof_of_sending
                    or (
                        heard.message_id is not null
                        and attempts.attempt_status in ('sending', 'unknown')
                    )
                )
            from attempts
            left join lateral (
                select receipts.* from receipts
                where
                    receipts.user_id = attempts.user_id
                    and receipts.message_id = attempts.message_id
                offset 0
            ) as heard on true
            where
                attempts.user_id = steps.user_id
                and attempts.enrollment_id = steps.enrollment_id
                and attempts.sequence_stepid = steps.sequence_stepid
        ) as is_sent
    from folded
    inner join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id

)

select * from proved
where not coalesce(is_sent, false)
