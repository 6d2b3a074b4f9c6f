with pipeline_runs as (

    select * from {{ source('dispatch', 'pipeline_runs') }}

),

renamed as (

    select
        invocation_id,
        status as run_status
    from pipeline_runs

)

select * from renamed
