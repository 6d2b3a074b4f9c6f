with tokens as (

    select * from {{ ref('int_leads_tokenised') }}

),

leads as (

    select * from {{ ref('stg_app__sought_leads') }}

),

sequences as (

    select * from {{ ref('int_sequences_entered') }}

),

-- The whole token, in the same tenant
exact as (

    select
        tokens.user_id,
        tokens.lead_key,
        tokens.lead_id,
        tokens.lead_name,
        tokens.device_id,
        tokens.contact_phone,
        tokens.lead_created_at,
        sequences.sequence_id,
        sequences.entry_trigger
    from tokens
    inner join sequences
        on
            tokens.user_id = sequences.user_id
            and tokens.token = sequences.entry_trigger
    where sequences.trigger_match = 'exact'

),

-- Anywhere in what the CRM has
contained as (

    select
        leads.user_id,
        leads.lead_key,
        leads.lead_id,
        leads.lead_name,
        leads.device_id,
        leads.contact_phone,
        leads.lead_created_at,
        sequences.sequence_id,
        sequences.entry_trigger
    from leads
    inner join sequences
        on
            leads.user_id = sequences.user_id
            and position(
                sequences.entry_trigger in lower(leads.lead_trigger)
            ) > 0
    where sequences.trigger_match = 'contains'

),

unioned as (

    select * from exact
    union all
    select * from contained

)

select * from unioned
