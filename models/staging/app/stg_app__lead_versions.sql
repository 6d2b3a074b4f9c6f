-- Of the table itself, by a name that the macro knows: no query has the
-- system's columns
with versions as (

    select
        {{ lead_columns() }},
        {{ row_age('leads') }} as lead_age
    from {{ source('app', 'leads') }} as leads -- noqa: AL05

)

select * from versions
