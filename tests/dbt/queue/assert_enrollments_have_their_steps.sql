-- All or nothing: an enrolment has rows, and once a step of it is pending,
-- every later step of the definition it follows has one too. Of the
-- enrolments that this build folded.
with folded as (

    select folded.*
    from {{ ref('enrollments_to_fold') }} as folded
    inner join {{ ref('sequence_enrollments') }} as enrollments
        on
            folded.user_id = enrollments.user_id
            and folded.enrollment_id = enrollments.enrollment_id

),

definitions as (

    select * from {{ ref('sequence_definitions') }}

),

steps as (

    select steps.*
    from folded
    inner join {{ ref('sequence_contacts') }} as steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id

),

stepless as (

    select
        folded.user_id,
        folded.enrollment_id,
        null::uuid as sequence_stepid
    from folded
    left join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id
    where steps.enrollment_id is null

),

first_pending as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.followed_hash,
        min(definitions.step_position) as step_position
    from steps
    inner join definitions
        on
            steps.user_id = definitions.user_id
            and steps.followed_hash = definitions.definition_hash
            and steps.sequence_stepid = definitions.sequence_stepid
    where steps.status = 'pending'
    group by steps.user_id, steps.enrollment_id, steps.followed_hash

),

missing as (

    select
        first_pending.user_id,
        first_pending.enrollment_id,
        definitions.sequence_stepid
    from first_pending
    inner join definitions
        on
            first_pending.user_id = definitions.user_id
            and first_pending.followed_hash = definitions.definition_hash
            and first_pending.step_position < definitions.step_position
    left join steps
        on
            first_pending.user_id = steps.user_id
            and first_pending.enrollment_id = steps.enrollment_id
            and definitions.sequence_stepid = steps.sequence_stepid
    where steps.sequence_stepid is null

),

incomplete as (

    select * from stepless
    union all
    select * from missing

)

select * from incomplete
