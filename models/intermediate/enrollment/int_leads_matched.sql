with tokens as (

    select * from {{ ref('int_leads_tokenised') }}

),

leads as (

    select * from {{ ref('stg_app__leads') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

-- The whole token, in the same tenant; a blank trigger is no token
matched as (

    select
        leads.user_id,
        leads.lead_id,
        leads.lead_name,
        leads.device_id,
        leads.contact_phone,
        leads.lead_created_at,
        sequences.sequence_id,
        sequences.trigger_token as entry_trigger,
        sequences.is_active
    from tokens
    inner join sequences
        on
            tokens.user_id = sequences.user_id
            and tokens.token = sequences.trigger_token
    inner join leads
        on
            tokens.user_id = leads.user_id
            and tokens.lead_id = leads.lead_id

),

-- The oldest valid lead speaks for its phone. Ids are text here, so shorter
-- comes first: that is the order of whole numbers.
ranked as (

    select
        *,
        row_number() over (
            partition by user_id, sequence_id, contact_phone
            order by
                lead_created_at asc nulls last,
                length(lead_id) asc,
                lead_id asc
        ) as lead_rank
    from matched

)

select * from ranked
