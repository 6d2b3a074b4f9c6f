{%- set is_on_plan -%}
    send_time is not null and settles_at <= planned_at + interval '2 hours'
{%- endset -%}
{%- set delay = hours('lag(delay_hours) over chain') -%}

with settled as (

    select * from {{ ref('int_steps_settled') }}

),

-- A daily step stays daily: while it went out on time, the delay counts from
-- when it was planned
based as (

    select
        *,
        case when {{ is_on_plan }} then planned_at else settles_at end
            as base_at
    from settled

),

-- The delay belongs to the step just settled; the first step is due at
-- enrolment. Only the due time of the step that is next means anything. Between
-- two daily steps local clocks measure it, or a day of 23 hours would cost the
-- next; what it may then be early is bounded.
placed as (

    select
        *,
        case
            when send_time is not null and lag({{ is_on_plan }}) over chain
                then greatest(
                    (
                        lag(base_at) over chain at time zone time_zone
                        + {{ delay }}
                    ) at time zone time_zone,
                    lag(settles_at - interval '2 hours') over chain
                    + {{ delay }}
                )
            else coalesce(lag(base_at) over chain + {{ delay }}, first_due_at)
        end as delayed_at,
        min(chain_no) filter (where not is_settled) over enrollment as open_no,
        min(chain_no) filter (where stops_enrollment) over enrollment
            as stop_no
    from based
    window
        enrollment as (partition by user_id, enrollment_id),
        chain as (enrollment order by chain_no)

),

due as (

    select
        *,
        {{ at_local_time(
            'delayed_at', 'send_time', 'time_zone', 'skip_weekends'
        ) }} as due_at
    from placed

)

select * from due
