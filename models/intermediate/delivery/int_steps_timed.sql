with due as (

    select * from {{ ref('int_steps_due') }}

),

-- When a step that is next may go, and when it will have settled as far as
-- one can tell: an attempt of unknown outcome counts from its claim
expected as (

    select
        *,
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

),

-- The steps behind it are projected by the delays between. Windows, for a
-- self-join here is planned as a nested loop over everything.
timed as (

    select
        *,
        case
            when chain_no = open_no then sendable_at
            when chain_no > open_no
                then
                    max(expected_at) filter (
                        where chain_no = open_no
                    ) over enrollment
                    + {{ hours(
                        "hours_before - max(hours_before) filter ("
                        ~ "where chain_no = open_no) over enrollment"
                    ) }}
        end as next_trigger_time
    from expected
    window enrollment as (partition by user_id, enrollment_id)

)

select * from timed
