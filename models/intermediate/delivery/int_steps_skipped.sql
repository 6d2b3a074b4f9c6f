with passed_over as (

    select * from {{ ref('int_steps_passed_over') }}
    where reason <> 'late'

),

enrollments as (

    select * from {{ ref('int_enrollments_left') }}

),

attempted as (

    select * from {{ ref('int_steps_attempted') }}

),

-- Steps that were open once and left the chain: recorded, or a build from
-- nothing would not know them. Why is said with the definition followed now.
described as (

    select
        enrollments.user_id,
        enrollments.enrollment_id,
        passed_over.sequence_stepid,
        enrollments.sequence_id,
        passed_over.definition_hash,
        enrollments.followed_hash,
        enrollments.contact_phone,
        enrollments.device_id,
        definitions.day_number as current_step,
        {{ skipped_state('attempted') }}
    from passed_over
    inner join enrollments
        on
            passed_over.user_id = enrollments.user_id
            and passed_over.enrollment_id = enrollments.enrollment_id
    left join lateral (
        select recorded.day_number
        from {{ ref('sequence_definitions') }} as recorded
        where
            recorded.user_id = passed_over.user_id
            and recorded.definition_hash = passed_over.definition_hash
            and recorded.sequence_stepid = passed_over.sequence_stepid
        limit 1
    ) as definitions on true
    left join attempted
        on
            passed_over.user_id = attempted.user_id
            and passed_over.enrollment_id = attempted.enrollment_id
            and passed_over.sequence_stepid = attempted.sequence_stepid

)

select * from described
