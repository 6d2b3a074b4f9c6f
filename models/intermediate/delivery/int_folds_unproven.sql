with watermarks as (

    select * from {{ ref('fold_watermarks') }}

),

runs as (

    select * from {{ ref('stg_dispatch__pipeline_runs') }}

),

-- The last fold, where its build then failed a test, was stopped or killed, or
-- made no tests at all
unproven as (

    select watermarks.invocation_id
    from watermarks
    inner join runs on watermarks.invocation_id = runs.invocation_id
    where watermarks.is_applied and runs.run_status <> 'passed'

)

select * from unproven
