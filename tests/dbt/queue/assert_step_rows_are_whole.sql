-- What each status says of the other columns of its row, of the enrolments
-- that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select
        steps.*,
        steps.status in ('pending', 'active', 'sent') as is_open
    from folded
    inner join {{ ref('sequence_contacts') }} as steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id

),

judged as (

    select
        user_id,
        enrollment_id,
        sequence_stepid,
        status,
        case
            when is_open <> (next_trigger_time is not null)
                then 'an open step, and no other, has a next_trigger_time'
            when is_open <> (due_at is not null)
                then 'an open step, and no other, has a due_at'
            when (status = 'completed') <> (completed_at is not null)
                then 'a completed step, and no other, has a completed_at'
            when completed_at <> settled_at
                then 'a step is completed when it is settled'
            when status in ('completed', 'failed') and settled_at is null
                then 'a completed or failed step has a settled_at'
            when
                status in ('failed', 'sequence_failed', 'skipped', 'cancelled')
                and status_reason is null
                then 'a step that was not sent says why'
            when is_open and status_reason is not null
                then 'an open step has no reason yet'
            when is_open and chain_no is null
                then 'an open step has a place in its chain'
        end as broken_rule
    from steps

),

broken as (

    select * from judged
    where broken_rule is not null

)

select * from broken
