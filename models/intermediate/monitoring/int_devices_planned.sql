with known as (

    select * from {{ ref('int_devices_known') }}

),

steps as (

    select * from {{ ref('int_steps_bucketed') }}

),

attempted as (

    select * from {{ ref('int_devices_attempted') }}

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
    from steps
    union
    select
        user_id,
        device_id
    from attempted

),

counted as (

    select
        devices.user_id,
        devices.device_id,
        {{ bucket_counts() }},
        count(*) filter (
            where steps.status = 'active' and steps.bucket = 'remaining'
            and steps.next_trigger_time <= {{ now_utc() }}
        ) as waiting_steps
    from devices
    left join steps
        on
            devices.user_id = steps.user_id
            and devices.device_id = steps.device_id
    group by devices.user_id, devices.device_id

)

select * from counted
