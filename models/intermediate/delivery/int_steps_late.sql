with sendable as (

    select * from {{ ref('int_steps_sendable') }}

),

judged as (

    select
        *,
        coalesce(
            first_sendable_at
            > due_at + make_interval(hours => late_after_hours),
            false
        ) as is_late
    from sendable

),

skipped as (

    select
        *,
        is_late and first_sendable_at <= {{ now_utc() }} as is_skipped_now
    from judged

),

-- The build that passes a step over settles it; the next one counts from here
moved_on as (

    select
        *,
        open_no + max(is_skipped_now::integer) over enrollment as next_no,
        lag(is_skipped_now) over chain as is_after_skipped,
        {{ now_utc() }} + {{ hours('lag(delay_hours) over chain') }}
            as delayed_from_now
    from skipped
    window
        enrollment as (partition by user_id, enrollment_id),
        chain as (enrollment order by chain_no)

),

described as (

    select
        *,
        case
            when is_after_skipped
                then {{ at_local_time(
                    'delayed_from_now', 'send_time', 'time_zone',
                    'skip_weekends'
                ) }}
            else due_at
        end as next_due_at
    from moved_on

)

select * from described
