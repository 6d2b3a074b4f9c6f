with attempts as (

    select * from {{ ref('int_attempts_judged') }}

),

-- Released attempts were provably not sent: they count for the numbering of
-- attempts and for nothing else.
summarised as (

    select
        user_id,
        enrollment_id,
        sequence_stepid,
        max(attempt_no) as last_attempt_no,
        count(*) filter (where verdict <> 'released') as attempts_used,
        min(claimed_at) filter (
            where verdict <> 'released'
        ) as first_claimed_at,
        min(sent_at) filter (where verdict = 'sent') as sent_at,
        coalesce(bool_or(verdict = 'unknown'), false) as has_unknown
    from attempts
    group by user_id, enrollment_id, sequence_stepid

),

last_counted as (

    select distinct on (user_id, enrollment_id, sequence_stepid) *
    from attempts
    where verdict <> 'released'
    order by
        user_id asc,
        enrollment_id asc,
        sequence_stepid asc,
        attempt_no desc

),

joined as (

    select
        summarised.user_id,
        summarised.enrollment_id,
        summarised.sequence_stepid,
        summarised.last_attempt_no,
        summarised.attempts_used,
        summarised.first_claimed_at,
        summarised.sent_at,
        summarised.has_unknown,
        last_counted.day_number,
        last_counted.definition_hash,
        last_counted.claimed_at,
        last_counted.deadline_at,
        last_counted.finished_at,
        last_counted.fault_class,
        last_counted.ends_enrollment,
        -- The wait after the n-th failure; none left means none to come
        last_counted.finished_at + make_interval(
            mins => last_counted.retry_minutes[summarised.attempts_used]
        ) as retry_at,
        case
            when summarised.sent_at is not null then 'sent'
            else coalesce(last_counted.verdict, 'released')
        end as verdict
    from summarised
    left join last_counted
        on
            summarised.user_id = last_counted.user_id
            and summarised.enrollment_id = last_counted.enrollment_id
            and summarised.sequence_stepid = last_counted.sequence_stepid

)

select * from joined
