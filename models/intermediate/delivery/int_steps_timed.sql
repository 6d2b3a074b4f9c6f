with due as (

    select * from {{ ref('int_steps_due') }}

),

-- When the step that is next may go, and when it will have settled as far as
-- one can tell: an attempt of unknown outcome counts from its claim
next_steps as (

    select
        user_id,
        enrollment_id,
        hours_before,
        case resolution
            when 'waiting' then grace_until
            when 'resend' then grace_until
            when 'retry' then retry_at
            else due_at
        end as sendable_at,
        case resolution
            when 'waiting' then claimed_at
            when 'resend' then grace_until
            when 'retry' then retry_at
            else due_at
        end as expected_at
    from due
    where chain_no = open_no

),

-- The steps behind it are projected by the delays between
timed as (

    select
        due.*,
        case
            when due.chain_no = due.open_no then next_steps.sendable_at
            when due.chain_no > due.open_no
                then
                    next_steps.expected_at
                    + {{ hours('due.hours_before - next_steps.hours_before') }}
        end as next_trigger_time
    from due
    left join next_steps
        on
            due.user_id = next_steps.user_id
            and due.enrollment_id = next_steps.enrollment_id

)

select * from timed
