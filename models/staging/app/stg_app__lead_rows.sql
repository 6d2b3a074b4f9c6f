with leads as (

    select * from {{ source('app', 'leads') }}

),

-- Apart from stg_app__leads, so that only those who are enrolled pay for
-- reading all that the CRM has
renamed as (

    select
        leads.user_id,
        leads.id::text as lead_id,
        leads as lead_row
    from leads

)

select * from renamed
