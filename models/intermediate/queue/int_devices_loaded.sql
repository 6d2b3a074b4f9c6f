{%- set midnight = local_midnight(now_utc(), literal(var("time_zone"))) -%}

with attempts as (

    select * from {{ ref('stg_dispatch__device_attempts') }}
    where claimed_at >= least({{ midnight }}, {{ now_utc() }} - {{ hours(24) }})

),

-- A device that did nothing for a day has no row, so a gap ends by then. What
-- may have reached somebody counts for the caps.
summarised as (

    select
        user_id,
        device_id,
        max(deadline_at) filter (
            where attempt_status = 'sending' and deadline_at > {{ now_utc() }}
        ) as busy_until,
        max(
            coalesce(finished_at, deadline_at)
            + make_interval(secs => gap_seconds)
        ) as gap_until,
        (
            array_agg(claimed_at order by claimed_at desc)
            filter (where fills_cap)
        )[{{ var('device_hourly_cap') }}]
        + interval '60 minutes' as hourly_cap_until,
        case
            when
                count(*) filter (
                    where fills_cap and claimed_at >= {{ midnight }}
                ) >= {{ var('device_daily_cap') }}
                then {{ next_midnight(midnight, literal(var("time_zone"))) }}
        end as daily_cap_until
    from attempts
    group by user_id, device_id

)

select * from summarised
