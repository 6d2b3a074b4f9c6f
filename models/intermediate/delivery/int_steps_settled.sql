with chained as (

    select * from {{ ref('int_steps_chained') }}

),

attempted as (

    select * from {{ ref('int_steps_attempted') }}

),

joined as (

    select
        chained.*,
        attempted.last_attempt_no,
        coalesce(attempted.attempts_used, 0) as attempts_used,
        coalesce(attempted.has_unknown, false) as has_unknown,
        coalesce(attempted.verdict, 'none') as verdict,
        attempted.fault_class,
        attempted.ends_enrollment,
        attempted.claimed_at,
        attempted.finished_at,
        attempted.sent_at,
        attempted.retry_at,
        greatest(
            attempted.claimed_at
            + make_interval(mins => chained.unknown_grace_minutes),
            attempted.deadline_at
        ) as grace_until
    from chained
    left join attempted
        on
            chained.user_id = attempted.user_id
            and chained.enrollment_id = attempted.enrollment_id
            and chained.sequence_stepid = attempted.sequence_stepid

),

-- sent, assumed_sent and failed are settled; none, released, retry, resend
-- and waiting are open
resolved as (

    select
        *,
        case
            when verdict = 'failed' and retry_at is not null then 'retry'
            when verdict <> 'unknown' then verdict
            when on_unknown = 'hold' or grace_until > {{ now_utc() }}
                then 'waiting'
            when on_unknown = 'resend' then 'resend'
            else 'assumed_sent'
        end as resolution
    from joined

),

settled as (

    select
        *,
        resolution in ('sent', 'assumed_sent', 'failed') as is_settled,
        resolution = 'failed'
        and (on_failure = 'stop' or ends_enrollment) as stops_enrollment,
        case resolution
            when 'sent' then sent_at
            when 'assumed_sent' then claimed_at
            when 'failed' then finished_at
        end as settled_at
    from resolved

)

select * from settled
