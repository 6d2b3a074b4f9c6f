-- Every attempt belongs to an enrolment that the memory knows. One that does
-- not says that a memory was lost. To go on without it:
-- dbt build --vars 'accept_lost_memory: true'.
with attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

forgotten as (

    select distinct
        attempts.user_id,
        attempts.enrollment_id
    from attempts
    where
        not {{ var('accept_lost_memory') }}
        and not exists (
            select 1 from enrollments
            where
                enrollments.user_id = attempts.user_id
                and enrollments.enrollment_id = attempts.enrollment_id
        )

)

select * from forgotten
