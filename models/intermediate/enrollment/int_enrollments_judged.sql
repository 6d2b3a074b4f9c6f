with ranked as (

    select * from {{ ref('int_enrollments_ranked') }}

),

suppressions as (

    select * from {{ ref('stg_dispatch__suppressions') }}

),

legacy_contacts as (

    select distinct
        sequence_id,
        contact_phone
    from {{ ref('stg_legacy__sequence_contacts') }}

),

-- The first reason that applies; none makes the contact a candidate, unless
-- another sequence comes first
judged as (

    select
        ranked.*,
        case
            when ranked.contact_phone is null then 'invalid_phone'
            when not ranked.is_lead_alive then 'lead_deleted'
            when ranked.lead_rank > 1 then 'duplicate_phone'
            when legacy_contacts.sequence_id is not null
                then 'already_enrolled'
            when suppressions.is_opted_out then 'opted_out'
            when not ranked.has_device then 'device_missing'
        end as own_reason
    from ranked
    left join suppressions
        on
            ranked.user_id = suppressions.user_id
            and ranked.contact_phone = suppressions.contact_phone
    left join legacy_contacts
        on
            ranked.sequence_id = legacy_contacts.sequence_id
            and ranked.contact_phone = legacy_contacts.contact_phone

)

select * from judged
