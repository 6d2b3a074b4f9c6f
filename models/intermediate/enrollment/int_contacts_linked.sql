with links as (

    select * from {{ ref('int_links_living') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

-- Two ways to one place are one
first_links as (

    select distinct on (user_id, lead_id, target_sequence_id) *
    from links
    order by
        user_id asc,
        lead_id asc,
        target_sequence_id asc,
        due_at asc,
        enrollment_id asc

),

linked as (

    select
        first_links.user_id,
        first_links.target_sequence_id as sequence_id,
        first_links.lead_key,
        first_links.lead_id,
        first_links.is_lead_alive,
        first_links.lead_name,
        first_links.lead_created_at,
        first_links.device_id,
        first_links.contact_phone,
        sequences.trigger_token as entry_trigger,
        first_links.due_at as first_due_at
    from first_links
    left join sequences
        on
            first_links.user_id = sequences.user_id
            and first_links.target_sequence_id = sequences.sequence_id

)

select * from linked
