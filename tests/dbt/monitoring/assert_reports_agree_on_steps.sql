-- One question, one answer: per sequence, the summary, the sum of its steps in
-- the funnel and the rows of the monitor agree on every count; per device, its
-- report and the monitor. The monitor's words are counted here anew, so that
-- this does not compare like with like.

-- Once, for the monitor looks for an attempt of each step there ever was
with shown as (

    select
        user_id,
        sequence_id,
        device_id,
        step_status,
        count(*) as steps
    from {{ ref('sequence_progress_monitor') }}
    group by user_id, sequence_id, device_id, step_status

),

monitor as (

    select
        user_id,
        coalesce(sequence_id, device_id) as counted_id,
        grouping(device_id) = 1 as is_sequence,
        sum(steps) as should,
        sum(steps * (step_status in ('completed', 'sent'))::integer) as done,
        sum(steps * (step_status = 'failed')::integer) as failed,
        sum(steps * (step_status in ('pending', 'active'))::integer)
            as remaining,
        sum(steps * (step_status in ('cancelled', 'sequence_failed'))::integer)
            as cancelled,
        sum(steps * (step_status = 'skipped')::integer) as skipped
    from shown
    group by grouping sets ((user_id, sequence_id), (user_id, device_id))

),

funnel as (

    select
        user_id,
        sequence_id as counted_id,
        true as is_sequence,
        sum(should) as should,
        sum(done) as done,
        sum(failed) as failed,
        sum(remaining) as remaining,
        sum(cancelled) as cancelled,
        sum(skipped) as skipped
    from {{ ref('step_funnel') }}
    group by user_id, sequence_id

),

summary as (

    select
        user_id,
        sequence_id as counted_id,
        true as is_sequence,
        should,
        done,
        failed,
        remaining,
        cancelled,
        skipped
    from {{ ref('sequence_summary') }}

),

devices as (

    select
        user_id,
        device_id as counted_id,
        false as is_sequence,
        should,
        done,
        failed,
        remaining,
        cancelled,
        skipped
    from {{ ref('device_performance_monitor') }}

),

unioned as (

    select * from monitor
    union all
    select * from funnel
    where should > 0
    union all
    select * from summary
    where should > 0
    union all
    select * from devices
    where should > 0

),

disagreeing as (

    select
        user_id,
        counted_id,
        count(*) as report_count
    from unioned
    group by user_id, counted_id, is_sequence
    having
        count(*) <> case when is_sequence then 3 else 2 end
        or count(distinct concat_ws(
            ' ', should, done, failed, remaining, cancelled, skipped
        )) > 1

)

select * from disagreeing
