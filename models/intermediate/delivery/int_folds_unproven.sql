with watermarks as (

    select * from {{ ref('fold_watermarks') }}

),

runs as (

    select * from {{ ref('stg_dispatch__pipeline_runs') }}

),

-- The last fold, where the run that made it then failed a test, was stopped or
-- killed, made no tests at all, or is not on record
unproven as (

    select watermarks.folded_by as invocation_id
    from watermarks
    left join runs on watermarks.folded_by = runs.invocation_id
    where
        watermarks.is_applied
        and runs.run_status is distinct from 'passed'

)

select * from unproven
