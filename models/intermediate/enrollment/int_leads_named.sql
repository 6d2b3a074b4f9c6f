with tokens as (

    select * from {{ ref('int_leads_tokenised') }}

),

leads as (

    select * from {{ ref('stg_app__sought_leads') }}

),

sequences as not materialized (

    select * from {{ ref('int_sequences_opened') }}

),

named as (

    {{ lead_matches(phone_key('tokens.lead_phone')) }}

)

select * from named
