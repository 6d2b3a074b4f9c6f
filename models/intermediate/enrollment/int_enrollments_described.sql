with numbered as (

    select * from {{ ref('int_enrollments_numbered') }}
    where closed_reason is null

),

leads as (

    select * from {{ ref('stg_app__living_leads') }}

),

-- As they are now. Looked up by their keys at once, for those who wait are few
-- beside all leads; a join would read every lead.
living as (

    select * from leads
    where lead_key = any(array(select numbered.lead_key from numbered))

),

-- One that is gone wishes for nothing, but the link of another of its
-- contact's may still say so
described as (

    select
        numbered.user_id,
        numbered.sequence_id,
        numbered.lead_key,
        numbered.lead_id,
        living.lead_key is not null as is_lead_alive,
        living.lead_name,
        living.lead_created_at,
        coalesce(numbered.linked_device_id, living.device_id) as device_id,
        numbered.contact_phone,
        numbered.entry_trigger,
        numbered.source,
        numbered.first_due_at,
        numbered.entry_no,
        numbered.entry_stepid,
        numbered.definition_hash,
        numbered.one_open_enrollment,
        numbered.device_assignment
    from numbered
    left join living
        on
            numbered.user_id = living.user_id
            and numbered.lead_key = living.lead_key
    where living.lead_key is not null or numbered.source = 'link'

)

select * from described
