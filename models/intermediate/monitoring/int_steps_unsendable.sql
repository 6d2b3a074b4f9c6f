with steps as (

    select
        *,
        {{ message_text('message_type', 'content', 'caption') }}
            as message_text
    from {{ ref('int_steps_labelled') }}

),

contacts as (

    select * from {{ ref('sequence_contacts') }}
    where status = 'active'

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

judged as (

    select
        steps.user_id,
        steps.subject_id,
        steps.step_label,
        steps.cure,
        contacts.enrollment_id,
        {{ content_hold('contacts.enrollment_id', 'steps.sequence_stepid') }}
            as content_hold
    from steps
    left join contacts
        on
            steps.user_id = contacts.user_id
            and steps.definition_hash = contacts.definition_hash
            and steps.sequence_stepid = contacts.sequence_stepid
    left join enrollments
        on
            contacts.user_id = enrollments.user_id
            and contacts.enrollment_id = enrollments.enrollment_id

),

-- What its text lacks is known of a step before anyone has come to it; whether
-- contacts have a value for its placeholders, when they have
unsendable as (

    select * from judged
    where
        content_hold is not null
        and (
            enrollment_id is not null
            or content_hold <> 'unresolved_placeholder'
        )

)

select * from unsendable
