-- Everything has a reason: an open step is in the queue or says why not, and
-- never both. A step whose enrolment or definition was lost fails here too.
with steps as (

    select * from {{ ref('sequence_contacts') }}

),

held as (

    select * from {{ ref('int_steps_held') }}

),

due as (

    select * from {{ ref('due_steps') }}

),

neither_or_both as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid,
        held.hold_reason,
        due.sequence_stepid is not null as is_due
    from steps
    left join held
        on
            steps.user_id = held.user_id
            and steps.enrollment_id = held.enrollment_id
            and steps.sequence_stepid = held.sequence_stepid
    left join due
        on
            steps.user_id = due.user_id
            and steps.enrollment_id = due.enrollment_id
            and steps.sequence_stepid = due.sequence_stepid
    where
        steps.status in ('pending', 'active', 'sent')
        and (held.hold_reason is null) = (due.sequence_stepid is null)

)

select * from neither_or_both
