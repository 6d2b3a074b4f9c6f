with steps as (

    select * from {{ ref('sequence_contacts') }}

),

definitions as (

    select * from {{ ref('sequence_definitions') }}

),

held as (

    select * from {{ ref('int_steps_held') }}

),

latest as (

    select * from {{ ref('int_attempts_latest') }}

),

-- Live: what was sent since the last build shows at once
joined as (

    select
        steps.*,
        definitions.sequence_name,
        latest.message_status,
        latest.sent_at,
        latest.error_message,
        latest.message_id,
        latest.fault_class,
        held.hold_reason,
        held.held_until,
        case
            when
                held.hold_reason = 'awaiting_build'
                and latest.attempt_status = 'sent' then 'sent'
            else steps.status
        end as step_status
    from steps
    left join definitions
        on
            steps.user_id = definitions.user_id
            and steps.definition_hash = definitions.definition_hash
            and steps.sequence_stepid = definitions.sequence_stepid
    left join held
        on
            steps.user_id = held.user_id
            and steps.enrollment_id = held.enrollment_id
            and steps.sequence_stepid = held.sequence_stepid
    left join latest
        on
            steps.user_id = latest.user_id
            and steps.enrollment_id = latest.enrollment_id
            and steps.sequence_stepid = latest.sequence_stepid

),

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
        error_message,
        case
            when step_status = 'completed' then 'Step completed'
            when step_status = 'sent' then 'Message sent'
            when step_status = 'failed' then 'Message failed'
            when step_status = 'pending' then 'Waiting'
            when step_status = 'active' and hold_reason is null
                then 'Ready to send'
            when hold_reason = 'scheduled' then 'Scheduled'
            when hold_reason = 'in_flight' then 'In flight'
            when hold_reason = 'outcome_unknown' then 'Outcome unknown'
            when step_status = 'active'
                then 'Held: ' || replace(hold_reason, '_', ' ')
            else step_status
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
        fault_class,
        message_id
    from joined

)

select * from described
