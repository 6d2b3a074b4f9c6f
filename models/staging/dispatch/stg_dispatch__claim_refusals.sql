with claim_refusals as (

    select * from {{ source('dispatch', 'claim_refusals') }}

),

pipeline_runs as (

    select * from {{ source('dispatch', 'pipeline_runs') }}

),

last_good_build as (

    select invocation_id
    from pipeline_runs
    where
        target_schema = '{{ target.schema }}'
        and writes_queue
        and status = 'passed'
    order by run_no desc
    limit 1

),

-- A refusal stands until the next build: that one looks again
standing as (

    select distinct on (
        claim_refusals.user_id,
        claim_refusals.enrollment_id,
        claim_refusals.sequence_stepid,
        claim_refusals.attempt_no
    )
        claim_refusals.user_id,
        claim_refusals.enrollment_id,
        claim_refusals.sequence_stepid,
        claim_refusals.attempt_no,
        claim_refusals.reason as refusal_reason
    from claim_refusals
    inner join last_good_build
        on claim_refusals.invocation_id = last_good_build.invocation_id
    order by
        claim_refusals.user_id asc,
        claim_refusals.enrollment_id asc,
        claim_refusals.sequence_stepid asc,
        claim_refusals.attempt_no asc,
        claim_refusals.refused_at desc

)

select * from standing
