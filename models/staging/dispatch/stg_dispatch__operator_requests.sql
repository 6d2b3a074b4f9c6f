with operator_requests as (

    select * from {{ source('dispatch', 'operator_requests') }}

),

renamed as (

    select
        id as request_id,
        user_id,
        kind as request_kind,
        target ->> 'invocation_id' as enrolling_invocation_id,
        (target ->> 'enrollment_id')::uuid as enrollment_id,
        (target ->> 'sequence_stepid')::uuid as sequence_stepid,
        (target ->> 'attempt_no')::integer as attempt_no,
        (target ->> 'device_id')::uuid as device_id,
        (target ->> 'sequence_id')::uuid as sequence_id,
        (target ->> 'from_device_id')::uuid as from_device_id,
        (target ->> 'to_device_id')::uuid as to_device_id,
        reason,
        requested_by,
        requested_at,
        row_xid
    from operator_requests

)

select * from renamed
