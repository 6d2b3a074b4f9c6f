-- No double send: what may have arrived stands once per step, resends by
-- policy aside. The ledger's unique index says the same; this finds out when
-- it is gone. Of the enrolments that this build folded.
with attempts as (

    select * from {{ ref('int_attempts_folded') }}
    where attempt_status in ('sending', 'sent', 'unknown') and not is_resend

),

doubled as (

    select
        attempts.user_id,
        attempts.enrollment_id,
        attempts.sequence_stepid,
        count(*) as attempt_count
    from attempts
    group by
        attempts.user_id, attempts.enrollment_id, attempts.sequence_stepid
    having count(*) > 1

)

select * from doubled
