with leads as (

    select * from {{ ref('int_leads_changed') }}

),

sequences as (

    select * from {{ ref('int_sequences_opened') }}

),

tokens as (

    {{ lead_tokens('contact_phone') }}

),

rematched as (

    {{ lead_matches('tokens.contact_phone') }}

)

select * from rematched
