-- All or nothing: an enrolment has rows, and where a step of it is pending,
-- every later step of the definition it follows has one too. Of the
-- enrolments that this build folded, each looked at by itself: joined at once,
-- all would be compared with all, for the planner expects few.
with folded as (

    select folded.*
    from {{ ref('enrollments_to_fold') }} as folded
    inner join {{ ref('sequence_enrollments') }} as enrollments
        on
            folded.user_id = enrollments.user_id
            and folded.enrollment_id = enrollments.enrollment_id

),

-- Looked up again for each of them
steps as not materialized (

    select * from {{ ref('sequence_contacts') }}

),

definitions as not materialized (

    select * from {{ ref('sequence_definitions') }}

),

incomplete as (

    select
        folded.user_id,
        folded.enrollment_id
    from folded
    where
        not exists (
            select 1 from steps
            where
                steps.user_id = folded.user_id
                and steps.enrollment_id = folded.enrollment_id
        )
        or exists (
            select 1
            from steps as pending
            inner join definitions
                on
                    pending.user_id = definitions.user_id
                    and pending.followed_hash = definitions.definition_hash
                    and pending.sequence_stepid = definitions.sequence_stepid
            inner join definitions as later
                on
                    definitions.user_id = later.user_id
                    and definitions.definition_hash = later.definition_hash
                    and definitions.step_position < later.step_position
            left join steps
                on
                    pending.user_id = steps.user_id
                    and pending.enrollment_id = steps.enrollment_id
                    and later.sequence_stepid = steps.sequence_stepid
            where
                pending.user_id = folded.user_id
                and pending.enrollment_id = folded.enrollment_id
                and pending.status = 'pending'
                and steps.sequence_stepid is null
        )

)

select * from incomplete
