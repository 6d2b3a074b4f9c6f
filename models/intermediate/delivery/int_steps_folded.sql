with timed as (

    select
        *,
        resolution in ('none', 'released', 'retry', 'resend') as is_sendable
    from {{ ref('int_steps_timed') }}

),

-- One status per step: the first branch that applies. A message that may be
-- under way is waited for, also when the contact has left. An ended enrolment
-- never reopens.
folded as (

    select
        *,
        case
            when resolution in ('sent', 'assumed_sent') then 'completed'
            when resolution = 'failed' then 'failed'
            when resolution = 'late' or is_skipped_now then 'skipped'
            when is_ended and end_reason is not null then 'sequence_failed'
            when has_left and is_sendable then 'cancelled'
            when chain_no > stop_no then 'sequence_failed'
            when exit_reason is not null and is_sendable then 'cancelled'
            when is_ended then 'sequence_failed'
            when is_next and resolution = 'awaiting' then 'sent'
            when is_next then 'active'
            else 'pending'
        end as status,
        max(lower(fault_class)) filter (where chain_no = stop_no) over (
            partition by user_id, enrollment_id
        ) as stop_reason
    from timed

),

opened as (

    select
        *,
        status in ('pending', 'active', 'sent') as is_open,
        status = 'active' and is_sendable as is_to_send,
        status = 'completed' and is_last and exit_reason is null as is_through
    from folded

)

select
    user_id,
    enrollment_id,
    sequence_stepid,
    sequence_id,
    definition_hash,
    followed_hash,
    contact_phone,
    device_id,
    day_number as current_step,
    chain_no::integer as chain_no,
    status,
    {{ status_reason() }} as status_reason,
    case when is_open then goes_at end as due_at,
    case when is_open then next_trigger_time end as next_trigger_time,
    -- The attempt to make next, or the one that is waited for
    case
        when is_to_send then coalesce(last_attempt_no, 0) + 1
        else last_attempt_no
    end as attempt_no,
    attempts_used::integer as attempts_used,
    is_to_send and may_have_been_sent as is_resend,
    case when is_skipped_now then {{ now_utc() }} else settled_at end
        as settled_at,
    case when status = 'completed' then settled_at end as completed_at,
    case when is_open then next_fold_at end as next_fold_at,
    case when is_through then next_sequence_id end as next_sequence_id,
    case
        when is_through and next_sequence_id is not null
            then base_at + {{ hours('delay_hours') }}
    end as next_sequence_due_at
from opened
