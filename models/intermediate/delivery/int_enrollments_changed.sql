with last_fold as (

    select * from {{ ref('int_folds_latest') }}

),

messages as (

    select
        attempts.user_id,
        attempts.enrollment_id
    from last_fold
    inner join {{ ref('stg_dispatch__broadcast_messages') }} as attempts
        on {{ written_since('attempts', 'last_fold.watermark') }}
    union all
    select
        receipts.user_id,
        receipts.enrollment_id
    from last_fold
    inner join {{ ref('stg_dispatch__receipt_events') }} as receipts
        on {{ written_since('receipts', 'last_fold.watermark') }}

),

contacts as (

    select
        suppressions.user_id,
        suppressions.contact_phone
    from last_fold
    inner join
        {{ ref('stg_dispatch__suppression_events') }} as suppressions
        on {{ written_since('suppressions', 'last_fold.watermark') }}
    union all
    select
        inbound.user_id,
        inbound.contact_phone
    from last_fold
    inner join {{ ref('stg_dispatch__inbound_messages') }} as inbound
        on {{ written_since('inbound', 'last_fold.watermark') }}

),

decisions as (

    select
        decisions.user_id,
        decisions.enrollment_id,
        decisions.sequence_id
    from last_fold
    inner join {{ ref('sequence_decisions') }} as decisions
        on {{ written_since('decisions', 'last_fold.watermark') }}

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
