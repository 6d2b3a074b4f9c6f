-- No attempt was claimed before its time, in the enrolments that this build
-- folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

early as (

    select
        attempts.user_id,
        attempts.message_id,
        attempts.due_at,
        attempts.claimed_at
    from folded
    inner join attempts
        on
            folded.user_id = attempts.user_id
            and folded.enrollment_id = attempts.enrollment_id
    where attempts.claimed_at < attempts.due_at

)

select * from early
