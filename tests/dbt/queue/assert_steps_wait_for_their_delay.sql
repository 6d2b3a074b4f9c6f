-- Nothing comes early: the step that is next is due no sooner than the delay
-- after the one before it was settled, the first one no sooner than the
-- enrolment. A daily step that went out on time counts from its plan, up to two
-- hours before. Of the enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

-- Each looked up by itself, from the index
enrollments as not materialized (

    select * from {{ ref('sequence_enrollments') }}

),

steps as not materialized (

    select * from {{ ref('sequence_contacts') }}

),

definitions as not materialized (

    select * from {{ ref('sequence_definitions') }}

),

next_steps as (

    select found.*
    from folded
    cross join
        lateral (
            select steps.* from steps
            where
                steps.user_id = folded.user_id
                and steps.enrollment_id = folded.enrollment_id
                and steps.status = 'active'
                and steps.attempts_used = 0
            offset 0
        ) as found

),

-- Where it is the first, or the one before it is not settled, nothing
preceded as (

    select
        next_steps.*,
        previous.earliest_at
    from next_steps
    left join lateral (
        select
            steps.settled_at
            + {{ hours(
                "coalesce(definitions.delay_hours, "
                ~ var('default_delay_hours') ~ ")"
            ) }}
            - case
                when definitions.send_time is null then interval '0'
                else interval '2 hours'
            end as earliest_at
        from steps
        left join definitions
            on
                steps.user_id = definitions.user_id
                and steps.definition_hash = definitions.definition_hash
                and steps.sequence_stepid = definitions.sequence_stepid
        where
            steps.user_id = next_steps.user_id
            and steps.enrollment_id = next_steps.enrollment_id
            and steps.chain_no = next_steps.chain_no - 1
        limit 1
    ) as previous on true

),

early as (

    select
        preceded.user_id,
        preceded.enrollment_id,
        preceded.sequence_stepid,
        preceded.due_at,
        preceded.earliest_at
    from preceded
    left join lateral (
        select
            greatest(enrollments.enrolled_at, enrollments.first_due_at)
                as first_due_at
        from enrollments
        where
            enrollments.user_id = preceded.user_id
            and enrollments.enrollment_id = preceded.enrollment_id
        limit 1
    ) as enrolled on true
    where
        preceded.due_at < case
            when preceded.chain_no = 1 then enrolled.first_due_at
            else coalesce(preceded.earliest_at, 'infinity')
        end

)

select * from early
