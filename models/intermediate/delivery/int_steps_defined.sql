with enrollments as (

    select * from {{ ref('int_enrollments_to_fold') }}

),

definitions as (

    select * from {{ ref('sequence_definitions') }}

),

-- The steps of the definition that each enrolment follows
defined as (

    select
        enrollments.user_id,
        enrollments.enrollment_id,
        definitions.sequence_stepid,
        definitions.definition_hash,
        definitions.step_position,
        definitions.day_number,
        definitions.delay_hours,
        definitions.on_failure,
        definitions.on_unknown,
        definitions.unknown_grace_minutes
    from enrollments
    inner join definitions
        on
            enrollments.user_id = definitions.user_id
            and enrollments.definition_hash = definitions.definition_hash

)

select * from defined
