with settled as (

    select * from {{ ref('int_steps_settled') }}

),

enrollments as (

    select * from {{ ref('int_enrollments_to_fold') }}

),

-- The delay belongs to the step just settled; the first step is due at
-- enrolment. Only the due time of the step that is next means anything.
due as (

    select
        settled.*,
        enrollments.sequence_id,
        enrollments.contact_phone,
        enrollments.device_id,
        enrollments.exit_reason,
        enrollments.is_ended,
        coalesce(
            lag(settled.settled_at) over chain
            + {{ hours('lag(settled.delay_hours) over chain') }},
            enrollments.enrolled_at
        ) as due_at,
        coalesce(sum(settled.delay_hours) over (
            chain rows between unbounded preceding and 1 preceding
        ), 0) as hours_before,
        min(settled.chain_no) filter (
            where not settled.is_settled
        ) over enrollment as open_no,
        min(settled.chain_no) filter (
            where settled.stops_enrollment
        ) over enrollment as stop_no
    from settled
    inner join enrollments
        on
            settled.user_id = enrollments.user_id
            and settled.enrollment_id = enrollments.enrollment_id
    window
        enrollment as (
            partition by settled.user_id, settled.enrollment_id
        ),
        chain as (enrollment order by settled.chain_no)

)

select * from due
