{{ config(pre_hook=[
    "set local enable_nestloop = off",
    "set local enable_mergejoin = off",
    "set local work_mem = '64MB'",
]) }}

-- The planner takes all who wait for one row: it would walk all devices for
-- each of them, or sort them for each table that is joined.

-- Read twice below, each time in part
with admitted as not materialized (

    select * from {{ ref('int_enrollments_admitted') }}
    where rejection_reason is null

),

assigned as (

    select * from {{ ref('int_devices_assigned') }}

),

-- Apart, for few have no device of their own, and a join would hash the others:
-- rows in no order at all are slow to index when they are enrolled
equipped as (

    select
        *,
        own_device_id as sending_device_id
    from admitted
    where own_device_id is not null
    union all
    select
        admitted.*,
        assigned.device_id as sending_device_id
    from admitted
    left join assigned
        on
            admitted.user_id = assigned.user_id
            and admitted.sequence_id = assigned.sequence_id
            and admitted.contact_phone = assigned.contact_phone
    where admitted.own_device_id is null

),

candidates as (

    select
        user_id,
        sequence_id,
        contact_phone,
        entry_no,
        {{ surrogate_key([
            'user_id', 'sequence_id', 'contact_phone', 'entry_no'
        ]) }}
            as enrollment_id,
        lead_id,
        lead_name as contact_name,
        sending_device_id as device_id,
        entry_stepid,
        definition_hash,
        entry_trigger,
        source::text as source,
        first_due_at
    from equipped

)

select * from candidates
