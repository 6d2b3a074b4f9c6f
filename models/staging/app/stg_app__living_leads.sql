with leads as (

    select * from {{ source('app', 'leads') }}

),

-- Apart from stg_app__leads, for looking up one by its key: a query that asks
-- for leads otherwise too would write all of them down first
renamed as (

    select
        user_id,
        id as lead_key,
        coalesce(name, '')::text as lead_name,
        device_id,
        created_at at time zone 'UTC' as lead_created_at
    from leads

)

select * from renamed
