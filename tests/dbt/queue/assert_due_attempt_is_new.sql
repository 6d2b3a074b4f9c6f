-- No double send: what is due has not been attempted under that number or a
-- later one. Of the enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

due as (

    select * from {{ ref('due_steps') }}

),

attempts as (

    select * from {{ ref('int_attempts_folded') }}

),

repeated as (

    select
        queued.user_id,
        queued.enrollment_id,
        queued.sequence_stepid,
        queued.attempt_no,
        attempts.attempt_no as attempted_no
    from folded
    inner join lateral (
        select
            due.user_id,
            due.enrollment_id,
            due.sequence_stepid,
            due.attempt_no
        from due
        where
            due.user_id = folded.user_id
            and due.enrollment_id = folded.enrollment_id
        offset 0
    ) as queued on true
    inner join attempts
        on
            queued.user_id = attempts.user_id
            and queued.enrollment_id = attempts.enrollment_id
            and queued.sequence_stepid = attempts.sequence_stepid
            and queued.attempt_no <= attempts.attempt_no

)

select * from repeated
