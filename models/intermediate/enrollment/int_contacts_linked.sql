with links as (

    select
        *,
        coalesce(lead_key::text, lead_id) as speaking_lead_id
    from {{ ref('enrollment_links') }}

),

-- Two ways of a number to one place are one
first_links as (

    select distinct on (
        user_id, speaking_lead_id, target_sequence_id, contact_phone
    ) *
    from links
    order by
        user_id asc,
        speaking_lead_id asc,
        target_sequence_id asc,
        contact_phone asc,
        due_at asc,
        enrollment_id asc

),

linked as (

    select
        user_id,
        target_sequence_id as sequence_id,
        lead_key,
        speaking_lead_id as lead_id,
        device_id,
        contact_phone,
        due_at as first_due_at
    from first_links

)

select * from linked
