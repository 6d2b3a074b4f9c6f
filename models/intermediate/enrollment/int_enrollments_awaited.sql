with wishes as (

    select * from {{ ref('enrollment_wishes') }}

),

sequences as (

    select * from {{ ref('int_sequences_entered') }}

),

linked as (

    select * from {{ ref('int_contacts_linked') }}

),

-- A link names the device that the contact had; a tag is sent from the lead's
awaited as (

    select
        wishes.user_id,
        wishes.sequence_id,
        wishes.lead_key,
        wishes.lead_key::text as lead_id,
        null::uuid as linked_device_id,
        wishes.contact_phone,
        sequences.entry_trigger,
        'trigger' as source,
        null::timestamptz as first_due_at,
        wishes.may_return as may_be_enrolled
    from wishes
    inner join sequences
        on
            wishes.user_id = sequences.user_id
            and wishes.sequence_id = sequences.sequence_id
    union all
    select
        user_id,
        sequence_id,
        lead_key,
        lead_id,
        device_id as linked_device_id,
        contact_phone,
        entry_trigger,
        'link' as source,
        first_due_at,
        true as may_be_enrolled
    from linked

)

select * from awaited
