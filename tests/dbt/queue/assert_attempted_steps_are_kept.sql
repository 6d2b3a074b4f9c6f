-- Nothing lost: every step that anything was attempted for has a row, also
-- when the step has left its sequence since. Enrolments that the memory does
-- not know are the business of assert_memory_knows_the_ledger. Of the
-- enrolments that this build folded.
with attempts as (

    select * from {{ ref('int_attempts_folded') }}
    where attempt_status <> 'released'

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}

),

lost as (

    select distinct
        attempts.user_id,
        attempts.enrollment_id,
        attempts.sequence_stepid
    from attempts
    inner join enrollments
        on
            attempts.user_id = enrollments.user_id
            and attempts.enrollment_id = enrollments.enrollment_id
    where
        not exists (
            select 1 from steps
            where
                steps.user_id = attempts.user_id
                and steps.enrollment_id = attempts.enrollment_id
                and steps.sequence_stepid = attempts.sequence_stepid
        )

)

select * from lost
