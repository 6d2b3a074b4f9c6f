-- No attempt was claimed before its time, in the enrolments that this build
-- folded.
with attempts as (

    select * from {{ ref('int_attempts_folded') }}

),

early as (

    select
        attempts.user_id,
        attempts.message_id,
        attempts.due_at,
        attempts.claimed_at
    from attempts
    where attempts.claimed_at < attempts.due_at

)

select * from early
