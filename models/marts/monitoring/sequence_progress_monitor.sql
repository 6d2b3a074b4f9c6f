with steps as (

    select * from {{ ref('int_steps_shown') }}

),

-- The seed's ten columns first, in its order and words
described as (

    select
        sequence_name,
        contact_phone,
        current_step,
        step_status,
        message_status,
        next_trigger_time,
        completed_at,
        sent_at,
        reported_error as error_message,
        case
            when step_status = 'completed' then 'Step completed'
            when step_status = 'sent' then 'Message sent'
            when step_status = 'failed' then 'Message failed'
            when step_status = 'pending' then 'Waiting'
            when step_status <> 'active'
                then concat_ws(
                    ': ', upper(left(step_status, 1))
                    || replace(substr(step_status, 2), '_', ' '),
                    replace(status_reason, '_', ' ')
                )
            when hold_reason is null then 'Ready to send'
            when hold_reason = 'scheduled' then 'Scheduled'
            when hold_reason = 'in_flight' then 'In flight'
            when hold_reason = 'outcome_unknown' then 'Outcome unknown'
            else concat(
                'Held: ', replace(hold_reason, '_', ' '),
                ' (' || nullif(missing_fields, '') || ')'
            )
        end as current_state,
        user_id,
        enrollment_id,
        sequence_id,
        sequence_stepid,
        device_id,
        chain_no,
        status_reason,
        hold_reason,
        held_until,
        attempt_no,
        attempts_used,
        reported_fault_class as fault_class,
        message_id
    from steps

)

select * from described
