-- Of the table itself: no query has the system's columns
with versions as (

    select
        leads.user_id,
        leads.id as lead_key,
        {{ row_age('leads') }} as lead_age
    from {{ source('app', 'leads') }} as leads

)

select * from versions
