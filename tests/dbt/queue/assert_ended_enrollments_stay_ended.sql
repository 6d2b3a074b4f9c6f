-- An exit and an ending are final: who has left is not to get another step,
-- and what has ended is not open again. Of the enrolments that this build
-- folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

decisions as (

    select * from {{ ref('sequence_decisions') }}
    where decision in ('exit', 'ended')

),

steps as (

    select * from {{ ref('sequence_contacts') }}

),

reopened as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid,
        steps.status,
        decisions.decision
    from folded
    inner join decisions
        on
            folded.user_id = decisions.user_id
            and folded.enrollment_id = decisions.enrollment_id
    inner join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id
    where
        steps.status = 'pending'
        or (
            decisions.decision = 'ended' and steps.status in ('active', 'sent')
        )

)

select * from reopened
