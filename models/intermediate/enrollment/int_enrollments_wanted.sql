with matched as (

    select * from {{ ref('int_leads_matched') }}

),

links as (

    select
        *,
        coalesce(lead_key::text, lead_id) as speaking_lead_id
    from {{ ref('int_links_decided') }}

),

-- Followed or not; two ways to one place are one
linked as (

    select distinct on (user_id, speaking_lead_id, target_sequence_id)
        user_id,
        target_sequence_id as sequence_id,
        speaking_lead_id as lead_id,
        contact_phone
    from links
    order by
        user_id asc,
        speaking_lead_id asc,
        target_sequence_id asc,
        due_at asc,
        enrollment_id asc

),

wanted as (

    select
        user_id,
        sequence_id,
        lead_id,
        contact_phone,
        'trigger' as source
    from matched
    union all
    select
        user_id,
        sequence_id,
        lead_id,
        contact_phone,
        'link' as source
    from linked

)

select * from wanted
