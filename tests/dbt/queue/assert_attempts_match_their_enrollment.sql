-- Only who is enrolled is written to: an attempt has the sequence and the
-- number of its enrolment, and the device of it or one it was moved to; its
-- step is one of its definition, if that is known. Of the enrolments that this
-- build folded; an attempt of an earlier memory may have had another device.
with attempts as (

    select * from {{ ref('int_attempts_folded') }}

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

moves as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'reassigned'

),

definitions as (

    select * from {{ ref('sequence_definitions') }}

),

strangers as (

    select
        attempts.user_id,
        attempts.message_id,
        attempts.enrollment_id
    from attempts
    inner join enrollments
        on
            attempts.user_id = enrollments.user_id
            and attempts.enrollment_id = enrollments.enrollment_id
    left join moves
        on
            attempts.user_id = moves.user_id
            and attempts.enrollment_id = moves.enrollment_id
            and attempts.device_id = moves.device_id
    where
        attempts.sequence_id <> enrollments.sequence_id
        or attempts.recipient_phone <> enrollments.contact_phone
        or (
            attempts.device_id <> enrollments.device_id
            and moves.device_id is null
            and attempts.claimed_at >= enrollments.enrolled_at
        )
        or not (
            select
                bool_or(
                    definitions.sequence_stepid = attempts.sequence_stepid
                )
            from definitions
            where
                definitions.user_id = attempts.user_id
                and definitions.definition_hash = attempts.definition_hash
        )

)

select * from strangers
