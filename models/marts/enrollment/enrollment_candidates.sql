with judged as (

    select * from {{ ref('int_enrollments_judged') }}

),

candidates as (

    select
        user_id,
        sequence_id,
        contact_phone,
        1 as entry_no,
        {{ surrogate_key(['user_id', 'sequence_id', 'contact_phone', '1']) }}
            as enrollment_id,
        lead_id,
        lead_name as contact_name,
        device_id,
        entry_stepid,
        definition_hash,
        entry_trigger,
        'trigger'::text as source
    from judged
    where rejection_reason is null

)

select * from candidates
