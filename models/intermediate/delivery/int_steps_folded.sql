with timed as (

    select * from {{ ref('int_steps_timed') }}

),

-- One status per step: the first branch that applies. A message that may be
-- under way is waited for, also when the contact has left.
folded as (

    select
        *,
        case
            when resolution in ('sent', 'assumed_sent') then 'completed'
            when resolution = 'failed' then 'failed'
            when chain_no > stop_no then 'sequence_failed'
            when exit_reason is not null and resolution <> 'waiting'
                then 'cancelled'
            when chain_no = open_no then 'active'
            else 'pending'
        end as status,
        max(lower(fault_class)) filter (where chain_no = stop_no) over (
            partition by user_id, enrollment_id
        ) as stop_reason
    from timed

),

described as (

    select
        user_id,
        enrollment_id,
        sequence_stepid,
        sequence_id,
        definition_hash,
        contact_phone,
        device_id,
        day_number as current_step,
        chain_no::integer as chain_no,
        status,
        case status
            when 'completed' then nullif(resolution, 'sent')
            when 'failed' then lower(fault_class)
            when 'sequence_failed' then stop_reason
            when 'cancelled' then exit_reason
        end as status_reason,
        case
            when status in ('active', 'pending') then next_trigger_time
        end as next_trigger_time,
        -- The attempt to make next, or the one that is waited for
        case
            when status = 'active' and resolution <> 'waiting'
                then coalesce(last_attempt_no, 0) + 1
            else last_attempt_no
        end as attempt_no,
        attempts_used::integer as attempts_used,
        status = 'active' and has_unknown and resolution <> 'waiting'
            as is_resend,
        settled_at,
        case when status = 'completed' then settled_at end as completed_at
    from folded
    -- An ended enrolment never reopens
    where not (is_ended and status in ('active', 'pending'))

)

select * from described
