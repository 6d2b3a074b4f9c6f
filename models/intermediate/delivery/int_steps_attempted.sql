with attempts as (

    select * from {{ ref('int_attempts_judged') }}

),

fault_policies as (

    select * from {{ ref('fault_policies') }}

),

retries as (

    select * from {{ ref('int_retries_requested') }}

),

-- Released attempts were provably not sent: they count for the numbering of
-- attempts and for nothing else. Of the others the last one decides, unless
-- one was sent.
ranked as (

    select
        *,
        max(attempt_no) over step as last_attempt_no,
        count(*) filter (where verdict <> 'released') over step
            as attempts_used,
        min(claimed_at) filter (where verdict <> 'released') over step
            as first_claimed_at,
        bool_or(is_delivered) over step as has_delivery,
        bool_or(is_possibly_sent) over step as may_have_been_sent,
        row_number() over (
            partition by user_id, enrollment_id, sequence_stepid
            order by
                verdict = 'released' asc, verdict = 'sent' desc, attempt_no desc
        ) as decision_rank,
        first_value(case when verdict <> 'released' then due_at end) over (
            partition by user_id, enrollment_id, sequence_stepid
            order by verdict = 'released' asc, attempt_no asc
        ) as planned_at
    from attempts
    window step as (partition by user_id, enrollment_id, sequence_stepid)

),

decisive as (

    select
        ranked.*,
        coalesce(fault_policies.ends_enrollment, false) as ends_enrollment,
        -- The wait after the n-th failure; none left means none to come, but
        -- when a person asks for one
        least(
            retries.retry_asked_at,
            ranked.ended_at + make_interval(
                mins => fault_policies.retry_minutes[ranked.attempts_used]
            )
        ) as retry_at
    from ranked
    left join fault_policies
        on ranked.fault_class = fault_policies.fault_class
    left join retries
        on
            ranked.user_id = retries.user_id
            and ranked.enrollment_id = retries.enrollment_id
            and ranked.sequence_stepid = retries.sequence_stepid
            and ranked.attempt_no = retries.attempt_no
            and ranked.verdict = 'failed'
    where ranked.decision_rank = 1

)

select * from decisive
