with pairs as (

    select * from {{ ref('int_leads_matched') }}

),

devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

steps as (

    select * from {{ ref('int_sequence_steps_ordered') }}

),

entry_steps as (

    select * from steps
    where step_position = 1

),

suppressions as (

    select * from {{ ref('stg_dispatch__suppressions') }}

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

legacy_contacts as (

    select distinct
        sequence_id,
        contact_phone
    from {{ ref('stg_legacy__sequence_contacts') }}

),

joined as (

    select
        pairs.*,
        entry_steps.sequence_stepid as entry_stepid,
        entry_steps.definition_hash,
        entry_steps.sequence_stepid is not null as has_steps,
        devices.device_id is not null as has_device,
        coalesce(suppressions.is_opted_out, false) as is_opted_out,
        enrolled.decision_id is not null as is_enrolled,
        legacy_contacts.sequence_id is not null as is_enrolled_before
    from pairs
    left join entry_steps
        on
            pairs.user_id = entry_steps.user_id
            and pairs.sequence_id = entry_steps.sequence_id
    left join devices
        on
            pairs.user_id = devices.user_id
            and pairs.device_id = devices.device_id
    left join suppressions
        on
            pairs.user_id = suppressions.user_id
            and pairs.contact_phone = suppressions.contact_phone
    left join enrolled
        on
            pairs.user_id = enrolled.user_id
            and pairs.sequence_id = enrolled.sequence_id
            and pairs.contact_phone = enrolled.contact_phone
    left join legacy_contacts
        on
            pairs.sequence_id = legacy_contacts.sequence_id
            and pairs.contact_phone = legacy_contacts.contact_phone

),

-- The first reason that applies; none makes the pair a candidate
judged as (

    select
        *,
        case
            when contact_phone is null then 'invalid_phone'
            when lead_rank > 1 then 'duplicate_phone'
            when is_enrolled or is_enrolled_before then 'already_enrolled'
            when is_opted_out then 'opted_out'
            when not has_steps then 'sequence_without_steps'
            when not is_active then 'sequence_inactive'
            when not has_device then 'device_missing'
        end as rejection_reason
    from joined

)

select * from judged
