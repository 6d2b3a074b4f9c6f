with wishes as (

    select * from {{ ref('enrollment_wishes') }}

),

linked as (

    select * from {{ ref('int_contacts_linked') }}

),

sequences as not materialized (

    select * from {{ ref('int_sequences_opened') }}

),

-- A link names the device that the contact had; a tag is sent from the lead's.
-- What is closed is told here, before it is looked at any further.
awaited as (

    select
        wishes.user_id,
        wishes.sequence_id,
        wishes.lead_key,
        wishes.lead_key::text as lead_id,
        null::uuid as linked_device_id,
        wishes.contact_phone,
        'trigger' as source,
        null::timestamptz as first_due_at,
        sequences.may_return as may_be_enrolled,
        sequences.entry_trigger,
        sequences.entry_stepid,
        sequences.definition_hash,
        sequences.one_open_enrollment,
        sequences.device_assignment,
        sequences.closed_reason
    from wishes
    inner join sequences
        on
            wishes.user_id = sequences.user_id
            and wishes.sequence_id = sequences.sequence_id
    union all
    select
        linked.user_id,
        linked.sequence_id,
        linked.lead_key,
        linked.lead_id,
        linked.device_id as linked_device_id,
        linked.contact_phone,
        'link' as source,
        linked.first_due_at,
        true as may_be_enrolled,
        sequences.entry_trigger,
        sequences.entry_stepid,
        sequences.definition_hash,
        sequences.one_open_enrollment,
        sequences.device_assignment,
        case
            when sequences.sequence_id is null then 'sequence_missing'
            else sequences.closed_reason
        end as closed_reason
    from linked
    left join sequences
        on
            linked.user_id = sequences.user_id
            and linked.sequence_id = sequences.sequence_id

)

select * from awaited
