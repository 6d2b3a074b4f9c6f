-- Of the table itself, by a name that the macro knows: no query has the
-- system's columns
with versions as (

    select
        user_id,
        id as lead_key,
        id::text as lead_id,
        {{ phone_key('phone::text') }} as contact_phone,
        trigger::text as lead_trigger,
        {{ row_age('leads') }} as lead_age
    from {{ source('app', 'leads') }} as leads -- noqa: AL05

)

select * from versions
