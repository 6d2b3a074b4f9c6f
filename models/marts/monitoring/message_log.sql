with attempts as (

    select * from {{ ref('int_attempts_reported') }}

),

definitions as (

    select * from {{ ref('sequence_definitions') }}

),

devices as (

    select * from {{ ref('int_devices_known') }}

),

described as (

    select
        attempts.user_id,
        attempts.message_id,
        attempts.enrollment_id,
        attempts.sequence_id,
        definitions.sequence_name,
        attempts.sequence_stepid,
        attempts.day_number,
        attempts.attempt_no,
        attempts.is_resend,
        attempts.recipient_phone,
        attempts.device_id,
        devices.device_name,
        attempts.gateway,
        attempts.message_type,
        attempts.content,
        attempts.media_url,
        attempts.attempt_status,
        attempts.attempt_outcome,
        attempts.receipt_status,
        attempts.is_undelivered,
        attempts.fault_class,
        attempts.error_message,
        attempts.http_status,
        attempts.gateway_answer,
        attempts.provider_message_id,
        {{ local_date('attempts.claimed_at', literal(var('time_zone'))) }}
            as attempt_date,
        attempts.due_at,
        attempts.claimed_at,
        attempts.sent_at,
        attempts.finished_at,
        attempts.lease_owner,
        attempts.dispatcher_version,
        attempts.build_invocation_id
    from attempts
    left join definitions
        on
            attempts.user_id = definitions.user_id
            and attempts.definition_hash = definitions.definition_hash
            and attempts.sequence_stepid = definitions.sequence_stepid
    left join devices
        on
            attempts.user_id = devices.user_id
            and attempts.device_id = devices.device_id

)

select * from described
