with wishes as (

    select * from {{ ref('enrollment_wishes') }}

),

linked as (

    select * from {{ ref('int_contacts_linked') }}

),

-- A link names the device that the contact had; a tag is sent from the lead's
awaited as (

    select
        user_id,
        sequence_id,
        lead_key,
        lead_key::text as lead_id,
        null::uuid as linked_device_id,
        contact_phone,
        'trigger' as source,
        null::timestamptz as first_due_at,
        may_return as may_be_enrolled
    from wishes
    union all
    select
        user_id,
        sequence_id,
        lead_key,
        lead_id,
        device_id as linked_device_id,
        contact_phone,
        'link' as source,
        first_due_at,
        true as may_be_enrolled
    from linked

)

select * from awaited
