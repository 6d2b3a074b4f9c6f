{%- set zone = ["time_zone", "quiet_from", "quiet_until", "skip_weekends"] -%}
{%- set clock = ["send_time", "time_zone", "skip_weekends"] -%}

with steps as (

    select * from {{ ref('int_steps_late') }}

),

-- When the step that is next is to go, or to be given up waiting for
aimed as (

    select
        *,
        chain_no = next_no as is_next,
        resolution in ('waiting', 'awaiting') as waits,
        {{ aimed_at() }} as aimed_at,
        coalesce(sum(delay_hours) over (
            partition by user_id, enrollment_id
            order by chain_no
            rows between unbounded preceding and 1 preceding
        ), 0) as hours_before
    from steps

),

allowed as (

    select
        *,
        case
            when waits then aimed_at
            else {{ sendable_from('aimed_at', *zone) }}
        end as allowed_at
    from aimed

),

-- The steps behind it are projected by the delays between
projected as (

    select
        *,
        max(case when waits then base_at else allowed_at end)
        filter (where is_next) over enrollment
        + {{ hours(
            "hours_before - max(hours_before) filter (where is_next)"
            ~ " over enrollment"
        ) }} as projected_at
    from allowed
    window enrollment as (partition by user_id, enrollment_id)

),

placed as (

    select
        *,
        case
            when is_next then aimed_at
            else {{ at_local_time('projected_at', *clock) }}
        end as goes_at
    from projected

),

timed as (

    select
        *,
        case
            when is_next then allowed_at
            else {{ sendable_from('goes_at', *zone) }}
        end as next_trigger_time,
        {{ next_fold_at() }} as next_fold_at
    from placed

)

select * from timed
