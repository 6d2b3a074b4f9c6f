with messages as (

    select
        user_id,
        enrollment_id
    from {{ written_since_last_fold('stg_dispatch__broadcast_messages') }}
    union all
    select
        user_id,
        enrollment_id
    from {{ written_since_last_fold('stg_dispatch__receipt_events') }}
    union all
    select
        user_id,
        enrollment_id
    from {{ written_since_last_fold('stg_dispatch__operator_requests') }}
    where request_kind = 'retry' and enrollment_id is not null

),

contacts as (

    select
        user_id,
        contact_phone
    from {{ written_since_last_fold('stg_dispatch__suppression_events') }}
    union all
    select
        user_id,
        contact_phone
    from {{ written_since_last_fold('stg_dispatch__inbound_messages') }}

),

decisions as (

    select
        user_id,
        enrollment_id,
        sequence_id
    from {{ written_since_last_fold('sequence_decisions') }}

),

-- Of the enrolments, a large table, only what an index finds
changed as (

    select * from messages
    union
    select
        enrollments.user_id,
        enrollments.enrollment_id
    from contacts
    inner join {{ ref('sequence_enrollments') }} as enrollments
        on
            contacts.user_id = enrollments.user_id
            and contacts.contact_phone = enrollments.contact_phone
    union
    select
        user_id,
        enrollment_id
    from decisions
    where enrollment_id is not null
    union
    select
        enrollments.user_id,
        enrollments.enrollment_id
    from decisions
    inner join {{ ref('sequence_enrollments') }} as enrollments
        on
            decisions.user_id = enrollments.user_id
            and decisions.sequence_id = enrollments.sequence_id
    where decisions.enrollment_id is null

)

select * from changed
