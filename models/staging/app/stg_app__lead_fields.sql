with leads as (

    select * from {{ source('app', 'leads') }}

),

-- Apart from stg_app__leads, so that only those who are enrolled pay for
-- reading all that the CRM has
renamed as (

    select
        user_id,
        id as lead_key,
        {{ contact_fields() }} as contact_fields
    from leads

)

select * from renamed
