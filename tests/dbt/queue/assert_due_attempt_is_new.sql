-- No double send: what is due has not been attempted under that number or a
-- later one.
with due as (

    select * from {{ ref('due_steps') }}

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

repeated as (

    select
        due.user_id,
        due.enrollment_id,
        due.sequence_stepid,
        due.attempt_no,
        attempts.attempt_no as attempted_no
    from due
    inner join attempts
        on
            due.user_id = attempts.user_id
            and due.enrollment_id = attempts.enrollment_id
            and due.sequence_stepid = attempts.sequence_stepid
            and due.attempt_no <= attempts.attempt_no

)

select * from repeated
