with steps as (

    select * from {{ ref('int_steps_held') }}

),

-- Message types and addresses as the dispatcher sends them, word for word
due as (

    select
        user_id,
        enrollment_id,
        sequence_id,
        sequence_stepid,
        attempt_no,
        attempts_used,
        is_resend,
        device_id,
        contact_phone as recipient_phone,
        current_step as day_number,
        definition_hash,
        message_type,
        content,
        media_url,
        next_trigger_time,
        min_gap_seconds,
        max_gap_seconds
    from steps
    where status = 'active' and hold_reason is null

)

select * from due
