with leads as (

    select * from {{ ref('stg_app__leads') }}

),

tokens as (

    select
        leads.user_id,
        leads.lead_id,
        {{ trigger_token('parts.part') }} as token
    from leads
    cross join lateral unnest(
        string_to_array(leads.lead_trigger, ',')
    ) as parts (part)

),

named as (

    select distinct
        user_id,
        lead_id,
        token
    from tokens
    where token is not null

)

select * from named
