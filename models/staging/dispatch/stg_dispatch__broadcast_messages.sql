with broadcast_messages as (

    select * from {{ source('dispatch', 'broadcast_messages') }}

),

renamed as (

    select
        user_id,
        id as message_id,
        enrollment_id,
        sequence_id,
        sequence_stepid,
        attempt_no,
        is_resend,
        day_number,
        definition_hash,
        device_id,
        gateway,
        recipient_phone,
        message_type,
        content,
        media_url,
        status as attempt_status,
        fault_class,
        error_message,
        http_status,
        gateway_answer,
        provider_message_id,
        claimed_at,
        deadline_at,
        sent_at,
        finished_at,
        gap_seconds,
        due_at,
        lease_owner,
        dispatcher_version,
        invocation_id as build_invocation_id,
        row_xid
    from broadcast_messages

)

select * from renamed
