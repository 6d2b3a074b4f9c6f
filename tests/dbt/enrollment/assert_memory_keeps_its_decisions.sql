-- The memory has the newest decision that an earlier build knew, and so all
-- before it. One that was restored from an older backup has not, and who left
-- since could come back. This stands before the fold, which would go on without
-- them. A memory that begins with this build is judged by the ledger alone. To
-- go on without them: dbt build --vars 'accept_lost_memory: true'.
with runs as (

    select * from {{ ref('stg_dispatch__pipeline_runs') }}
    where
        target_schema = '{{ target.schema }}'
        and newest_decision is not null

),

decisions as not materialized (

    select * from {{ ref('sequence_decisions') }}

),

last_run as (

    select * from runs
    order by run_no desc
    limit 1

)

select
    last_run.invocation_id,
    last_run.newest_decision
from last_run
where
    not {{ var('accept_lost_memory') }}
    and exists (
        select 1 from decisions
        where decisions.invocation_id <> '{{ invocation_id }}'
    )
    and not exists (
        select 1 from decisions
        where decisions.row_xid = last_run.newest_decision
    )
