with numbered as (

    select * from {{ ref('int_enrollments_numbered') }}
    where closed_reason is null

),

leads as (

    select * from {{ ref('stg_app__living_leads') }}

),

-- As the lead is now, looked up one by one, for those who wait are few beside
-- all leads. One that is gone wishes for nothing, but the link of another of
-- its contact's may still say so.
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
    left join
        lateral (
            select leads.* from leads
            where
                leads.user_id = numbered.user_id
                and leads.lead_key = numbered.lead_key
            limit 1
        ) as living
        on true
    where living.lead_key is not null or numbered.source = 'link'

)

select * from described
