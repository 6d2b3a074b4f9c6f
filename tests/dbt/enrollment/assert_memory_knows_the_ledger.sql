-- Every attempt belongs to an enrolment that the memory knows. One that does
-- not says that a memory was lost. To go on without it:
-- dbt build --vars 'accept_lost_memory: true'.
-- Asked of the enrolments that this build folds; of all attempts by a build
-- that finds no enrolment from before the last one that passed.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

-- Looked up row by row: written down or joined, the whole ledger would be read
attempts as not materialized (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

enrollments as not materialized (

    select * from {{ ref('sequence_enrollments') }}

),

runs as (

    select * from {{ ref('stg_dispatch__pipeline_runs') }}
    where writes_queue

),

unproven_runs as (

    select runs.invocation_id
    from runs
    where not exists (
        select 1 from runs as later
        where
            later.target_schema = runs.target_schema
            and later.run_no >= runs.run_no
            and later.run_status = 'passed'
    )

),

to_judge as (

    select
        folded.user_id,
        folded.enrollment_id
    from folded
    cross join
        lateral (
            select 1 as is_tried from attempts
            where
                attempts.user_id = folded.user_id
                and attempts.enrollment_id = folded.enrollment_id
            limit 1
        ) as tried
    union
    select
        user_id,
        enrollment_id
    from attempts
    where
        not exists (
            select 1 from enrollments
            where not exists (
                select 1 from unproven_runs
                where
                    unproven_runs.invocation_id = enrollments.invocation_id
            )
        )

),

forgotten as (

    select
        to_judge.user_id,
        to_judge.enrollment_id
    from to_judge
    left join
        lateral (
            select true as is_known from enrollments
            where
                enrollments.user_id = to_judge.user_id
                and enrollments.enrollment_id = to_judge.enrollment_id
            limit 1
        ) as known
        on true
    where
        not {{ var('accept_lost_memory') }}
        and known.is_known is null

)

select * from forgotten
