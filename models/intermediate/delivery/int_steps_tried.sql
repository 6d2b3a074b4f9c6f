with attempted as (

    select * from {{ ref('int_steps_attempted') }}

),

passed_over as (

    select * from {{ ref('int_steps_passed_over') }}
    where reason = 'late'

),

-- To be skipped as late is as good as an attempt for the place in the chain,
-- but what was attempted after all is not skipped. What a build assumed sent
-- stays so, whatever the policy says now, until it is known.
tried as (

    select
        coalesce(attempted.user_id, passed_over.user_id) as user_id,
        coalesce(attempted.enrollment_id, passed_over.enrollment_id)
            as enrollment_id,
        coalesce(attempted.sequence_stepid, passed_over.sequence_stepid)
            as sequence_stepid,
        coalesce(attempted.definition_hash, passed_over.definition_hash)
            as definition_hash,
        case
            when attempted.attempts_used = 0 and passed_over.user_id is not null
                then 'late'
            when attempted.verdict = 'unknown' and exists (
                select 1
                from {{ ref('sequence_decisions') }} as decided
                where
                    decided.user_id = attempted.user_id
                    and decided.decision_id = {{ assumption_id('attempted') }}
            ) then 'assumed_sent'
            else coalesce(attempted.verdict, 'late')
        end as verdict,
        coalesce(attempted.first_claimed_at, passed_over.decided_at)
            as tried_at,
        attempted.last_attempt_no,
        coalesce(attempted.attempts_used, 0) as attempts_used,
        attempted.day_number,
        attempted.planned_at,
        attempted.claimed_at,
        attempted.deadline_at,
        attempted.sent_at,
        attempted.ended_at,
        attempted.retry_at,
        attempted.fault_class,
        attempted.ends_enrollment,
        attempted.has_delivery,
        attempted.may_have_been_sent
    from attempted
    full join passed_over
        on
            attempted.user_id = passed_over.user_id
            and attempted.enrollment_id = passed_over.enrollment_id
            and attempted.sequence_stepid = passed_over.sequence_stepid

)

select * from tried
