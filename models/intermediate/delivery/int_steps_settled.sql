with chained as (

    select
        *,
        greatest(
            claimed_at + make_interval(mins => unknown_grace_minutes),
            deadline_at
        ) as grace_until,
        sent_at + make_interval(hours => receipt_deadline_hours)
            as receipt_until,
        coalesce(
            retry_at is not null and not ends_enrollment and not is_passed
            and (exit_reason is not null or not is_ended)
            and (
                verdict = 'failed'
                or (verdict = 'undelivered' and on_undelivered = 'retry')
            ), false
        ) as has_retry_left
    from {{ ref('int_steps_chained') }}

),

-- Settled are sent, assumed_sent, failed and late; none, released, retry,
-- resend, waiting (for an outcome) and awaiting (a receipt) are open. Once a
-- later step was attempted this one is passed: what comes to light about it
-- sends nothing again and stops nothing. A step that is in the definition no
-- more is not sent again, either.
resolved as (

    select
        *,
        case
            when
                verdict = 'sent' and advance_on = 'delivered'
                and not has_delivery and not is_passed and not is_ended
                and exit_reason is null and receipt_until > {{ now_utc() }}
                then 'awaiting'
            when verdict = 'undelivered' and is_passed then 'sent'
            when has_retry_left and is_present then 'retry'
            when verdict = 'undelivered' then 'failed'
            when verdict <> 'unknown' then verdict
            when is_ended or is_passed then 'assumed_sent'
            when on_unknown = 'hold' or grace_until > {{ now_utc() }}
                then 'waiting'
            when
                on_unknown = 'resend' and is_present
                and exit_reason is null
                and attempts_used < {{ var('max_attempts') }} then 'resend'
            else 'assumed_sent'
        end as resolution
    from chained

),

settled as (

    select
        *,
        resolution in ('sent', 'assumed_sent', 'failed', 'late') as is_settled,
        -- One that was removed before its retry is no failure to stop for
        resolution = 'failed' and not is_passed
        and (
            ends_enrollment
            or (on_failure = 'stop' and (is_present or not has_retry_left))
        ) as stops_enrollment,
        -- As far as one can tell, while the outcome is not known
        case
            when resolution in ('sent', 'awaiting') then sent_at
            when resolution in ('assumed_sent', 'waiting') then claimed_at
            when resolution = 'failed' then ended_at
            when resolution = 'late' then tried_at
        end as settles_at
    from resolved

)

select
    *,
    case when is_settled then settles_at end as settled_at
from settled
