-- No double send: where no policy sends again, a step whose earlier attempt was
-- accepted is not sent another time, unless a policy of then had it resent.
-- Of the enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}
    where status = 'active'

),

attempts as not materialized (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

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
                and attempts.attempt_status = 'sent'
                and not exists (
                    select 1
                    from attempts as resent
                    where
                        resent.user_id = steps.user_id
                        and resent.enrollment_id = steps.enrollment_id
                        and resent.sequence_stepid = steps.sequence_stepid
                        and resent.attempt_no > attempts.attempt_no
                        and resent.is_resend
                )
            limit 1
        ) as earlier
    left join resending
        on
            steps.user_id = resending.user_id
            and steps.definition_hash = resending.definition_hash
    where resending.user_id is null

)

select * from repeated
