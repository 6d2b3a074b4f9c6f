-- No double send: what may have arrived stands once per step, resends by
-- policy aside. The ledger's unique index says the same; this finds out when
-- it is gone. Of the enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}
    where attempt_status in ('sending', 'sent', 'unknown') and not is_resend

),

doubled as (

    select
        attempts.user_id,
        attempts.enrollment_id,
        attempts.sequence_stepid,
        count(*) as attempt_count
    from folded
    inner join attempts
        on
            folded.user_id = attempts.user_id
            and folded.enrollment_id = attempts.enrollment_id
    group by
        attempts.user_id, attempts.enrollment_id, attempts.sequence_stepid
    having count(*) > 1

)

select * from doubled
