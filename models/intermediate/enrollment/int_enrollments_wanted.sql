with matched as (

    select * from {{ ref('int_leads_matched') }}

),

linked as (

    select * from {{ ref('int_contacts_linked') }}

),

wanted as (

    select
        user_id,
        sequence_id,
        lead_id,
        true as is_lead_alive,
        lead_name,
        lead_created_at,
        device_id,
        contact_phone,
        entry_trigger,
        'trigger' as source,
        null::timestamptz as first_due_at
    from matched
    union all
    select
        user_id,
        sequence_id,
        lead_id,
        is_lead_alive,
        lead_name,
        lead_created_at,
        device_id,
        contact_phone,
        entry_trigger,
        'link' as source,
        first_due_at
    from linked

)

select * from wanted
