with requests as (

    select * from {{ ref('stg_dispatch__operator_requests') }}

),

-- Who says that a message was not sent wants it sent
summarised as (

    select
        user_id,
        enrollment_id,
        sequence_stepid,
        attempt_no,
        min(requested_at) as retry_asked_at
    from requests
    where request_kind in ('retry', 'settle') and attempt_no is not null
    group by user_id, enrollment_id, sequence_stepid, attempt_no

)

select * from summarised
