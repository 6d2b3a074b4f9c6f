with cooling as (

    select * from {{ ref('int_devices_cooling') }}

),

loaded as (

    select * from {{ ref('int_devices_loaded') }}

),

paused as (

    select * from {{ ref('int_devices_paused') }}

),

known as (

    select * from {{ ref('int_devices_known') }}
    where is_deleted

),

-- A person's pause has no end. What its gateway alone keeps back may probe it,
-- so a gateway comes after all but the gap.
reasons as (

    select
        user_id,
        device_id,
        0 as reason_rank,
        'device_missing' as hold_reason,
        null::timestamptz as held_until
    from known
    union all
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
        case breaker_scope when 'device' then 2 else 6 end as reason_rank,
        hold_reason,
        held_until
    from cooling
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
            (7, 'device_gap', loaded.gap_until)
        ) as reason (reason_rank, hold_reason, held_until)
    where reason.held_until > {{ now_utc() }}

)

select * from reasons
