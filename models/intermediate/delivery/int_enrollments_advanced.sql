with attempted as (

    select * from {{ ref('int_steps_attempted') }}
    where verdict <> 'released'

),

defined as (

    select * from {{ ref('int_steps_defined') }}

),

-- Where an attempted step stands today: its own place, else that of the last
-- step whose day_number is not beyond it, so that steps re-created with new
-- ids are not sent again.
placed as (

    select
        attempted.user_id,
        attempted.enrollment_id,
        attempted.sequence_stepid,
        coalesce(
            max(defined.step_position) filter (
                where defined.sequence_stepid = attempted.sequence_stepid
            ),
            max(defined.step_position) filter (
                where defined.day_number <= attempted.day_number
            )
        ) as step_position
    from attempted
    inner join defined
        on
            attempted.user_id = defined.user_id
            and attempted.enrollment_id = defined.enrollment_id
    group by
        attempted.user_id,
        attempted.enrollment_id,
        attempted.sequence_stepid

),

-- Everything up to the frontier is passed and gets no row
frontiers as (

    select
        user_id,
        enrollment_id,
        max(step_position) as frontier
    from placed
    group by user_id, enrollment_id

)

select * from frontiers
