{{ config(pre_hook="set local enable_nestloop = off") }}

-- The planner takes all leads that match for one row, and would walk the steps
-- of every sequence once for each of them.

with judged as (

    select * from {{ ref('int_enrollments_judged') }}

),

lead_fields as (

    select * from {{ ref('stg_app__lead_fields') }}

),

candidates as (

    select
        judged.user_id,
        judged.sequence_id,
        judged.contact_phone,
        1 as entry_no,
        {{ surrogate_key([
            'judged.user_id', 'judged.sequence_id', 'judged.contact_phone', '1'
        ]) }}
            as enrollment_id,
        judged.lead_id,
        judged.lead_name as contact_name,
        lead_fields.contact_fields,
        judged.device_id,
        judged.entry_stepid,
        judged.definition_hash,
        judged.entry_trigger,
        'trigger'::text as source,
        null::timestamptz as first_due_at
    from judged
    inner join lead_fields
        on
            judged.user_id = lead_fields.user_id
            and judged.lead_id = lead_fields.lead_id
    where judged.rejection_reason is null

)

select * from candidates
