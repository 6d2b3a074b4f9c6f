with leads as (

    select * from {{ source('app', 'leads') }}

),

renamed as (

    select {{ lead_columns() }}
    from leads

)

select * from renamed
