with leads as (

    select * from {{ source('app', 'leads') }}

),

-- Apart from stg_app__leads: who only asks whether a lead lives does not pay
-- for reading its number
renamed as (

    select
        user_id,
        id::text as lead_id
    from leads

)

select * from renamed
