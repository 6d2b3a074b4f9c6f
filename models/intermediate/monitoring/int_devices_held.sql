with breakers as (

    select * from {{ ref('stg_dispatch__breakers') }}
    where open_until > {{ now_utc() }}

),

loaded as (

    select * from {{ ref('int_devices_loaded') }}

),

paused as (

    select * from {{ ref('int_devices_paused') }}

),

-- A person's pause has no end
reasons as (

    select
        user_id,
        device_id,
        1 as reason_rank,
        hold_reason,
        null::timestamptz as held_until
    from paused
    union all
    select
        user_id,
        device_id,
        2 as reason_rank,
        lower(fault_class) as hold_reason,
        open_until as held_until
    from breakers
    union all
    select
        loaded.user_id,
        loaded.device_id,
        reason.reason_rank,
        reason.hold_reason,
        reason.held_until
    from loaded
    cross join
        lateral (
            values
            (3, 'device_busy', loaded.busy_until),
            (4, 'device_daily_cap', loaded.daily_cap_until),
            (5, 'device_hourly_cap', loaded.hourly_cap_until),
            (6, 'device_gap', loaded.gap_until)
        ) as reason (reason_rank, hold_reason, held_until)
    where reason.held_until > {{ now_utc() }}

),

-- The first that applies, as for a step of the device
first_reason as (

    select distinct on (user_id, device_id)
        user_id,
        device_id,
        hold_reason,
        held_until
    from reasons
    order by user_id asc, device_id asc, reason_rank asc

)

select * from first_reason
