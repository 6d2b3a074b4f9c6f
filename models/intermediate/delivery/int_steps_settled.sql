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
        ) as grace_until,
        chained.chain_no < max(chained.chain_no) filter (
            where attempted.verdict is not null
        ) over (
            partition by chained.user_id, chained.enrollment_id
        ) as is_passed
    from chained
    left join attempted
        on
            chained.user_id = attempted.user_id
            and chained.enrollment_id = attempted.enrollment_id
            and chained.sequence_stepid = attempted.sequence_stepid

),

-- sent, assumed_sent and failed are settled; none, released, retry, resend
-- and waiting are open. Once a later step was tried, this one is passed: what
-- comes to light about it sends nothing again and stops nothing.
resolved as (

    select
        *,
        case
            when verdict = 'failed' and retry_at is not null and not is_passed
                then 'retry'
            when verdict <> 'unknown' then verdict
            when on_unknown = 'hold' or grace_until > {{ now_utc() }}
                then 'waiting'
            when on_unknown = 'resend' and not is_passed then 'resend'
            else 'assumed_sent'
        end as resolution
    from joined

),

settled as (

    select
        *,
        resolution in ('sent', 'assumed_sent', 'failed') as is_settled,
        resolution = 'failed'
        and not is_passed
        and (on_failure = 'stop' or ends_enrollment) as stops_enrollment,
        case resolution
            when 'sent' then sent_at
            when 'assumed_sent' then claimed_at
            when 'failed' then finished_at
        end as settled_at
    from resolved

)

select * from settled
