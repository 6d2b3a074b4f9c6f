-- No double send: where no policy sends again, a step whose earlier attempt was
-- accepted is not sent another time. Of the enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}
    where status = 'active'

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}
    where attempt_status = 'sent'

),

resending as (

    select distinct
        user_id,
        definition_hash
    from {{ ref('sequence_definitions') }}
    where on_unknown = 'resend' or on_undelivered = 'retry'

),

repeated as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid,
        steps.attempt_no
    from folded
    inner join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id
    cross join
        lateral (
            select attempts.attempt_no from attempts
            where
                attempts.user_id = steps.user_id
                and attempts.enrollment_id = steps.enrollment_id
                and attempts.sequence_stepid = steps.sequence_stepid
                and attempts.attempt_no < steps.attempt_no
            limit 1
        ) as earlier
    left join resending
        on
            steps.user_id = resending.user_id
            and steps.definition_hash = resending.definition_hash
    where resending.user_id is null

)

select * from repeated
