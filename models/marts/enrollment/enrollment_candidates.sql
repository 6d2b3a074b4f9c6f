{{ config(pre_hook="set local enable_nestloop = off") }}

-- The planner takes all leads that match for one row, and would walk the steps
-- of every sequence once for each of them.

with admitted as (

    select * from {{ ref('int_enrollments_admitted') }}

),

assigned as (

    select * from {{ ref('int_devices_assigned') }}

),

lead_fields as (

    select * from {{ ref('stg_app__lead_fields') }}

),

candidates as (

    select
        admitted.user_id,
        admitted.sequence_id,
        admitted.contact_phone,
        admitted.entry_no,
        {{ surrogate_key([
            'admitted.user_id', 'admitted.sequence_id',
            'admitted.contact_phone', 'admitted.entry_no'
        ]) }}
            as enrollment_id,
        admitted.lead_id,
        admitted.lead_name as contact_name,
        lead_fields.contact_fields,
        coalesce(admitted.own_device_id, assigned.device_id) as device_id,
        admitted.entry_stepid,
        admitted.definition_hash,
        admitted.entry_trigger,
        admitted.source::text as source,
        admitted.first_due_at
    from admitted
    inner join lead_fields
        on
            admitted.user_id = lead_fields.user_id
            and admitted.lead_id = lead_fields.lead_id
    left join assigned
        on
            admitted.user_id = assigned.user_id
            and admitted.sequence_id = assigned.sequence_id
            and admitted.contact_phone = assigned.contact_phone
    where admitted.rejection_reason is null

)

select * from candidates
