{{ config(pre_hook=[
    "set local enable_nestloop = off",
    "set local enable_mergejoin = off",
    "set local jit = off",
    "set local work_mem = '64MB'",
]) }}

-- The planner takes all who wait for one row: it would walk all devices for
-- each of them, or sort them for each table that is joined. JIT costs this
-- query more than it saves.

with admitted as (

    select * from {{ ref('int_enrollments_admitted') }}
    where rejection_reason is null

),

assigned as (

    select * from {{ ref('int_devices_assigned') }}

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
        coalesce(admitted.own_device_id, assigned.device_id) as device_id,
        admitted.entry_stepid,
        admitted.definition_hash,
        admitted.entry_trigger,
        admitted.source::text as source,
        admitted.first_due_at
    from admitted
    left join assigned
        on
            admitted.own_device_id is null
            and admitted.user_id = assigned.user_id
            and admitted.sequence_id = assigned.sequence_id
            and admitted.contact_phone = assigned.contact_phone

)

select * from candidates
