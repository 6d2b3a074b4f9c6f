-- Every attempt belongs to an enrolment that the memory knows. One that does
-- not says that a memory was lost. To go on without it:
-- dbt build --vars 'accept_lost_memory: true'.
-- Asked of attempts written since the last fold; of all of them by the build
-- that finds no enrolment of an earlier one.
with folded as (

    select * from {{ ref('int_attempts_folded') }}

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

to_judge as (

    select
        user_id,
        enrollment_id
    from folded
    union
    select
        user_id,
        enrollment_id
    from attempts
    where
        not exists (
            select 1 from enrollments
            where enrollments.invocation_id <> '{{ invocation_id }}'
        )

),

forgotten as (

    select
        to_judge.user_id,
        to_judge.enrollment_id
    from to_judge
    left join enrollments
        on
            to_judge.user_id = enrollments.user_id
            and to_judge.enrollment_id = enrollments.enrollment_id
    where
        not {{ var('accept_lost_memory') }}
        and enrollments.enrollment_id is null

)

select * from forgotten
