with enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

decisions as (

    select * from {{ ref('sequence_decisions') }}

),

exits as (

    select * from decisions
    where decision = 'exit'

),

endings as (

    select * from decisions
    where decision = 'ended'

),

suppressions as (

    select * from {{ ref('stg_dispatch__suppressions') }}

),

current_definitions as (

    select distinct
        user_id,
        sequence_id,
        definition_hash
    from {{ ref('int_sequence_steps_ordered') }}

),

-- An exit is final: written down once, it outlives what caused it. An ended
-- enrolment keeps the definition it ended on, so it never reopens.
to_fold as (

    select
        enrollments.user_id,
        enrollments.enrollment_id,
        enrollments.sequence_id,
        enrollments.contact_phone,
        enrollments.device_id,
        enrollments.enrolled_at,
        coalesce(
            endings.definition_hash,
            current_definitions.definition_hash,
            enrollments.definition_hash
        ) as definition_hash,
        endings.decision_id is not null as is_ended,
        case
            when exits.reason is not null then exits.reason
            when endings.decision_id is not null then null
            when
                suppressions.is_opted_out
                or suppressions.last_opt_out_at >= enrollments.enrolled_at
                then 'opted_out'
        end as exit_reason
    from enrollments
    left join exits
        on
            enrollments.user_id = exits.user_id
            and enrollments.enrollment_id = exits.enrollment_id
    left join endings
        on
            enrollments.user_id = endings.user_id
            and enrollments.enrollment_id = endings.enrollment_id
    left join suppressions
        on
            enrollments.user_id = suppressions.user_id
            and enrollments.contact_phone = suppressions.contact_phone
    left join current_definitions
        on
            enrollments.user_id = current_definitions.user_id
            and enrollments.sequence_id = current_definitions.sequence_id

)

select * from to_fold
