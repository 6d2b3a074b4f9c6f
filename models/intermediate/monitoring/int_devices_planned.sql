with known as (

    select * from {{ ref('int_devices_known') }}

),

steps as (

    select * from {{ ref('int_steps_bucketed') }}

),

attempted as (

    select * from {{ ref('int_devices_attempted') }}

),

counted as (

    select
        user_id,
        device_id,
        {{ bucket_counts() }},
        count(*) filter (
            where status = 'active' and bucket = 'remaining'
            and next_trigger_time <= {{ now_utc() }}
        ) as waiting_steps
    from steps
    group by user_id, device_id

),

-- Also what the CRM has no more, but was to send or sent
devices as (

    select
        user_id,
        device_id
    from known
    union
    select
        user_id,
        device_id
    from counted
    union
    select
        user_id,
        device_id
    from attempted

),

planned as (

    select
        devices.user_id,
        devices.device_id,
        {{ buckets_or_zeros('counted') }},
        coalesce(counted.waiting_steps, 0) as waiting_steps
    from devices
    left join counted
        on
            devices.user_id = counted.user_id
            and devices.device_id = counted.device_id

)

select * from planned
