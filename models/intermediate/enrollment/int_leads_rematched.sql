with leads as (

    select * from {{ ref('int_leads_changed') }}

),

sequences as (

    select * from {{ ref('int_sequences_entered') }}

),

tokens as (

    {{ lead_tokens() }}

),

named as (

    {{ lead_matches() }}

),

rematched as (

    select distinct
        user_id,
        lead_key,
        contact_phone,
        sequence_id,
        may_return
    from named

)

select * from rematched
