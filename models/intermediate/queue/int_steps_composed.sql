with steps as (

    select * from {{ ref('sequence_contacts') }}

),

-- Looked up for one step at a time, though named twice: not written down
definitions as not materialized (

    select * from {{ ref('sequence_definitions') }}

),

defined as not materialized (

    select * from {{ ref('int_sequences_defined') }}

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

-- What each step says, to whom and under which policies
composed as (

    select
        steps.*,
        definitions.sequence_name,
        definitions.message_type,
        {{ message_text(
            'definitions.message_type', 'definitions.content',
            'definitions.caption'
        ) }} as message_text,
        definitions.placeholders,
        definitions.media_url,
        definitions.min_gap_seconds,
        definitions.max_gap_seconds,
        {{ live_source_hash() }} as source_hash,
        definitions.on_reply,
        definitions.on_late,
        definitions.late_after_hours,
        definitions.time_zone,
        definitions.quiet_from,
        definitions.quiet_until,
        definitions.skip_weekends,
        enrollments.contact_fields,
        enrollments.enrolled_at
    from steps
    left join definitions
        on
            steps.user_id = definitions.user_id
            and steps.definition_hash = definitions.definition_hash
            and steps.sequence_stepid = definitions.sequence_stepid
    left join enrollments
        on
            steps.user_id = enrollments.user_id
            and steps.enrollment_id = enrollments.enrollment_id

)

select * from composed
