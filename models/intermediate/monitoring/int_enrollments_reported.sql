with enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

-- An open enrolment has one step that is active or sent, an ended one none
opened as (

    select * from {{ ref('sequence_contacts') }}
    where status in ('active', 'sent')

),

reported as (

    select
        enrollments.user_id,
        enrollments.enrollment_id,
        enrollments.sequence_id,
        enrollments.contact_phone,
        opened.enrollment_id is null as is_ended
    from enrollments
    left join opened
        on
            enrollments.user_id = opened.user_id
            and enrollments.enrollment_id = opened.enrollment_id

)

select * from reported
