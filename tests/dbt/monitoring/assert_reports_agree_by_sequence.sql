-- One question, one answer: per sequence, the summary, the sum of its steps in
-- the funnel and the rows of the monitor agree on every count. The monitor's
-- words are counted here anew, so that this does not compare like with like.
with monitor as (

    select
        user_id,
        sequence_id,
        count(*) as should,
        count(*) filter (where step_status in ('completed', 'sent')) as done,
        count(*) filter (where step_status = 'failed') as failed,
        count(*) filter (where step_status in ('pending', 'active'))
            as remaining,
        count(*) filter (where step_status in ('cancelled', 'sequence_failed'))
            as cancelled,
        count(*) filter (where step_status = 'skipped') as skipped
    from {{ ref('sequence_progress_monitor') }}
    group by user_id, sequence_id

),

funnel as (

    select
        user_id,
        sequence_id,
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
        sequence_id,
        should,
        done,
        failed,
        remaining,
        cancelled,
        skipped
    from {{ ref('sequence_summary') }}

),

unioned as (

    select * from monitor
    union all
    select * from funnel
    where should > 0
    union all
    select * from summary
    where should > 0

),

disagreeing as (

    select
        user_id,
        sequence_id,
        count(*) as report_count
    from unioned
    group by user_id, sequence_id
    having
        count(*) <> 3
        or count(distinct concat_ws(
            ' ', should, done, failed, remaining, cancelled, skipped
        )) > 1

)

select * from disagreeing
