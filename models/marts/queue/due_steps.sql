with steps as (

    select * from {{ ref('int_steps_held') }}

),

devices as (

    select * from {{ ref('int_devices_held') }}

),

-- Word for word what the dispatcher sends. The text is made last, for the
-- rows that are asked for and no others.
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
        source_hash,
        message_type,
        {{ rendered('enrollment_id', 'sequence_stepid') }} as content,
        media_url,
        due_at,
        next_trigger_time,
        min_gap_seconds,
        max_gap_seconds
    from steps
    where
        status = 'active'
        and step_hold is null
        -- Said again for the index: what is not held is not scheduled
        and next_trigger_time <= {{ now_utc() }}
        -- Looked up last, and only where nothing else holds
        and (
            select devices.hold_reason from devices
            where
                devices.user_id = steps.user_id
                and devices.device_id = steps.device_id
        ) is null

)

select * from due
