-- The memory has the newest decision that an earlier run knew, and so all
-- before it. One that was restored from an older backup has not, and who left
-- since could come back. This stands before the fold, which would go on without
-- them. To do so: dbt build --vars 'accept_lost_memory: true'.
with runs as (

    select * from {{ ref('stg_dispatch__pipeline_runs') }}

),

decisions as not materialized (

    select * from {{ ref('sequence_decisions') }}

),

lost as (

    {{ lost_decisions('runs', 'decisions') }}

)

select * from lost
where not {{ var('accept_lost_memory') }}
