-- One question, one answer: per device, its report and the rows of the monitor
-- agree on every count.
with monitor as (

    select
        user_id,
        device_id,
        count(*) as should,
        count(*) filter (where step_status in ('completed', 'sent')) as done,
        count(*) filter (where step_status = 'failed') as failed,
        count(*) filter (where step_status in ('pending', 'active'))
            as remaining,
        count(*) filter (where step_status in ('cancelled', 'sequence_failed'))
            as cancelled,
        count(*) filter (where step_status = 'skipped') as skipped
    from {{ ref('sequence_progress_monitor') }}
    group by user_id, device_id

),

devices as (

    select
        user_id,
        device_id,
        should,
        done,
        failed,
        remaining,
        cancelled,
        skipped
    from {{ ref('device_performance_monitor') }}
    where should > 0

),

unioned as (

    select * from monitor
    union all
    select * from devices

),

disagreeing as (

    select
        user_id,
        device_id,
        count(*) as report_count
    from unioned
    group by user_id, device_id
    having
        count(*) <> 2
        or count(distinct concat_ws(
            ' ', should, done, failed, remaining, cancelled, skipped
        )) > 1

)

select * from disagreeing
