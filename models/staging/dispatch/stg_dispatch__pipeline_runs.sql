with pipeline_runs as (

    select * from {{ source('dispatch', 'pipeline_runs') }}

),

renamed as (

    select
        invocation_id,
        run_no,
        target_schema,
        writes_queue,
        status as run_status,
        newest_decision
    from pipeline_runs

)

select * from renamed
