-- Of the table itself: no query has the system's columns
with versions as (

    select
        {{ lead_columns() }},
        {{ row_age('leads') }} as lead_age
    from {{ source('app', 'leads') }} as leads

)

select * from versions
