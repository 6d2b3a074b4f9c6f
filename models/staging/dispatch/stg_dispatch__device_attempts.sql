with broadcast_messages as (

    select * from {{ source('dispatch', 'broadcast_messages') }}

),

-- A released attempt used nothing of the device's
counted as (

    select
        user_id,
        device_id,
        status as attempt_status,
        status in ('sending', 'sent', 'unknown') as fills_cap,
        claimed_at,
        deadline_at,
        finished_at,
        gap_seconds
    from broadcast_messages
    where status <> 'released'

)

select * from counted
