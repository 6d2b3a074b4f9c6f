with wishes as (

    select * from {{ ref('enrollment_wishes') }}

),

leads as (

    select * from {{ ref('stg_app__sought_leads') }}

),

sequences as (

    select * from {{ ref('int_sequences_entered') }}

),

linked as (

    select * from {{ ref('int_contacts_linked') }}

),

-- As the lead is now; one that is gone wishes for nothing. Looked up one by
-- one: those who wait are few beside all leads.
awaited as (

    select
        wishes.user_id,
        wishes.sequence_id,
        wishes.lead_key,
        wishes.lead_id,
        true as is_lead_alive,
        living.lead_name,
        living.lead_created_at,
        living.device_id,
        wishes.contact_phone,
        sequences.entry_trigger,
        'trigger' as source,
        null::timestamptz as first_due_at,
        wishes.may_return as may_be_enrolled
    from wishes
    inner join sequences
        on
            wishes.user_id = sequences.user_id
            and wishes.sequence_id = sequences.sequence_id
    cross join
        lateral (
            select
                leads.lead_name,
                leads.lead_created_at,
                leads.device_id
            from leads
            where
                leads.user_id = wishes.user_id
                and leads.lead_key = wishes.lead_key
            limit 1
        ) as living
    union all
    select
        user_id,
        sequence_id,
        lead_key,
        lead_id,
        is_lead_alive,
        lead_name,
        lead_created_at,
        device_id,
        contact_phone,
        entry_trigger,
        'link' as source,
        first_due_at,
        true as may_be_enrolled
    from linked

)

select * from awaited
