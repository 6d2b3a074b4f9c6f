-- Every step is shown once, and as ready exactly when it is due. Of the
-- enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}

),

monitor as (

    select * from {{ ref('sequence_progress_monitor') }}

),

due as (

    select * from {{ ref('due_steps') }}

),

counted as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid,
        shown.row_count,
        shown.ready_count,
        queued.due_count
    from folded
    inner join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id
    inner join lateral (
        select
            count(*) as row_count,
            count(*) filter (
                where monitor.current_state = 'Ready to send'
            ) as ready_count
        from monitor
        where
            monitor.user_id = steps.user_id
            and monitor.enrollment_id = steps.enrollment_id
            and monitor.sequence_stepid = steps.sequence_stepid
    ) as shown on true
    inner join lateral (
        select count(*) as due_count from due
        where
            due.user_id = steps.user_id
            and due.enrollment_id = steps.enrollment_id
            and due.sequence_stepid = steps.sequence_stepid
    ) as queued on true

),

disagreeing as (

    select * from counted
    where row_count <> 1 or ready_count <> due_count

)

select * from disagreeing
