with pauses as (

    select * from {{ ref('stg_dispatch__standing_pauses') }}
    where sequence_id is null

),

queued as (

    select * from {{ ref('int_devices_queued') }}

),

-- A pause of everything is no device's: it closes the gate
reasons as (

    select
        queued.user_id,
        queued.device_id,
        1 as reason_rank,
        'tenant_paused' as hold_reason
    from pauses
    inner join queued on pauses.user_id = queued.user_id
    where pauses.device_id is null
    union all
    select
        user_id,
        device_id,
        2 as reason_rank,
        'device_paused' as hold_reason
    from pauses
    where device_id is not null

),

first_reason as (

    select distinct on (user_id, device_id)
        user_id,
        device_id,
        hold_reason
    from reasons
    order by user_id asc, device_id asc, reason_rank asc

)

select * from first_reason
