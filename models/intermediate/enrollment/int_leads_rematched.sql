with chosen as (

    select * from {{ ref('leads_to_match') }}

),

sequences as (

    select * from {{ ref('int_sequences_entered') }}

),

all_leads as (

    select * from {{ ref('stg_app__leads') }}

),

-- Looked up one by one, and by each rule anew: it may be all of them
leads as not materialized (

    select named.*
    from chosen
    cross join
        lateral (
            select all_leads.* from all_leads
            where
                all_leads.user_id = chosen.user_id
                and all_leads.lead_key = chosen.lead_key
            limit 1
        ) as named

),

tokens as (

    {{ lead_tokens() }}

),

rematched as (

    {{ lead_matches() }}

)

select * from rematched
