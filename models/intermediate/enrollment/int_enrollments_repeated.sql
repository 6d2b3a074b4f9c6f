with wanted as (

    select * from {{ ref('int_enrollments_wanted') }}

),

enrollments as (

    select distinct on (user_id, sequence_id, contact_phone)
        user_id,
        sequence_id,
        contact_phone,
        lead_id
    from {{ ref('sequence_enrollments') }}
    order by
        user_id asc,
        sequence_id asc,
        contact_phone asc,
        entry_no desc

),

speaking_leads as (

    select distinct
        user_id,
        sequence_id,
        contact_phone,
        lead_id
    from wanted

),

-- Who is in the sequence by another lead, and whether that one still says so
repeated as (

    select
        wanted.user_id,
        wanted.sequence_id,
        wanted.lead_id,
        wanted.source,
        case
            when enrollments.lead_id = wanted.lead_id then 'enrolled'
            else 'rejected'
        end as outcome,
        case
            when speaking.lead_id is null then 'already_enrolled'
            else 'duplicate_phone'
        end as rejection_reason
    from wanted
    inner join enrollments
        on
            wanted.user_id = enrollments.user_id
            and wanted.sequence_id = enrollments.sequence_id
            and wanted.contact_phone = enrollments.contact_phone
    left join speaking_leads as speaking
        on
            enrollments.user_id = speaking.user_id
            and enrollments.sequence_id = speaking.sequence_id
            and enrollments.contact_phone = speaking.contact_phone
            and enrollments.lead_id = speaking.lead_id

)

select * from repeated
