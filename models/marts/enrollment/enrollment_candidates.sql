{{ config(pre_hook=[
    "set local enable_nestloop = off",
    "set local jit = off",
    "set local work_mem = '64MB'",
]) }}

-- The planner takes all leads that match for one row, and would walk the steps
-- of every sequence once for each of them. JIT costs this query more than it
-- saves. Memory is for who is enrolled: 80 MB of a million.

with admitted as (

    select * from {{ ref('int_enrollments_admitted') }}
    where rejection_reason is null

),

assigned as (

    select * from {{ ref('int_devices_assigned') }}

),

-- Nothing is read of a lead but for a candidate
leads as materialized (

    select *
    from {{ ref('stg_app__lead_rows') }}
    where (user_id, lead_id) in (
        select
            admitted.user_id,
            admitted.lead_id
        from admitted
    )

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
        {{ contact_fields('leads.lead_row') }} as contact_fields,
        coalesce(admitted.own_device_id, assigned.device_id) as device_id,
        admitted.entry_stepid,
        admitted.definition_hash,
        admitted.entry_trigger,
        admitted.source::text as source,
        admitted.first_due_at
    from admitted
    inner join leads
        on
            admitted.user_id = leads.user_id
            and admitted.lead_id = leads.lead_id
    left join assigned
        on
            admitted.user_id = assigned.user_id
            and admitted.sequence_id = assigned.sequence_id
            and admitted.contact_phone = assigned.contact_phone

)

select * from candidates
