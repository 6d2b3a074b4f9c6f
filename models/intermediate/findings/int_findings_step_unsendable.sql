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
numbered as (

    select
        *,
        count(enrollment_id) over alike as contact_count,
        row_number() over alike as row_no
    from judged
    where
        content_hold is not null
        and (
            enrollment_id is not null
            or content_hold <> 'unresolved_placeholder'
        )
    window alike as (partition by user_id, subject_id, content_hold)

),

described as (

    select
        user_id,
        subject_id,
        count(enrollment_id) as affected_count,
        null::numeric as share,
        array_remove(
            (array_agg(enrollment_id::text order by enrollment_id))[1:3], null
        ) as example_keys,
        format(
            '%s cannot be sent, %s contacts wait: %s',
            min(step_label), count(enrollment_id),
            string_agg(
                concat_ws(' ', nullif(contact_count, 0), content_hold),
                ', ' order by content_hold
            ) filter (where row_no = 1)
        ) as explanation,
        min(cure) as cure
    from numbered
    group by user_id, subject_id

)

select * from described
