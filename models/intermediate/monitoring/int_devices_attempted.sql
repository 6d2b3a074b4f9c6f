{%- set midnight = local_midnight(now_utc(), literal(var("time_zone"))) -%}

-- A build as of then does not count what was claimed since
with attempts as (

    select
        *,
        claimed_at > {{ hour_ago() }}
        and claimed_at <= {{ now_utc() }} as is_of_last_hour,
        claimed_at >= {{ midnight }}
        and claimed_at <= {{ now_utc() }} as is_of_today,
        -- What may have reached somebody counts for the caps
        attempt_status in ('sending', 'sent', 'unknown') as fills_cap
    from {{ ref('int_attempts_reported') }}

),

summarised as (

    select
        user_id,
        device_id,
        count(*) as attempts,
        count(*) filter (where attempt_outcome = 'sent') as messages_sent,
        count(*) filter (where attempt_outcome = 'failed') as messages_failed,
        count(*) filter (where attempt_outcome = 'unknown')
            as messages_unknown,
        count(*) filter (where attempt_outcome = 'released')
            as messages_released,
        count(*) filter (where attempt_outcome = 'in_flight')
            as messages_in_flight,
        count(*) filter (where is_undelivered) as messages_undelivered,
        count(*) filter (where attempt_outcome = 'sent' and is_of_last_hour)
            as sent_last_hour,
        count(*) filter (where attempt_outcome = 'failed' and is_of_last_hour)
            as failed_last_hour,
        count(*) filter (where attempt_outcome = 'sent' and is_of_today)
            as sent_today,
        count(*) filter (where attempt_outcome = 'failed' and is_of_today)
            as failed_today,
        count(*) filter (where fills_cap and is_of_last_hour)
            as hourly_cap_used,
        count(*) filter (where fills_cap and is_of_today) as daily_cap_used,
        max(sent_at) as last_sent_at
    from attempts
    group by user_id, device_id

)

select * from summarised
