-- Nobody is stuck: who waits for a step has one that is active or sent. Of the
-- enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}

),

stuck as (

    select
        steps.user_id,
        steps.enrollment_id
    from folded
    inner join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id
    group by steps.user_id, steps.enrollment_id
    having
        bool_or(steps.status = 'pending')
        and not bool_or(steps.status in ('active', 'sent'))

)

select * from stuck
