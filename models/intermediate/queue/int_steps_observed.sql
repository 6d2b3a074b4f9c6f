with steps as (

    select * from {{ ref('int_steps_composed') }}

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

content_faults as (

    select * from {{ ref('stg_dispatch__content_faults') }}

),

refusals as (

    select * from {{ ref('int_claims_refused') }}

),

-- What the dispatcher did since the build, looked up for one step at a time:
-- who asks for the first step of a device must not pay for a whole ledger
observed as (

    select
        steps.*,
        latest.message_id,
        latest.attempt_status,
        latest.fault_class,
        latest.error_message,
        latest.deadline_at,
        latest.sent_at,
        latest.attempt_no >= steps.attempt_no as has_attempt,
        exists(
            select 1 from content_faults
            where
                content_faults.user_id = steps.user_id
                and content_faults.sequence_stepid = steps.sequence_stepid
                and content_faults.definition_hash = steps.definition_hash
        ) as has_content_fault,
        (
            select refusals.refusal_reason from refusals
            where
                refusals.user_id = steps.user_id
                and refusals.enrollment_id = steps.enrollment_id
                and refusals.sequence_stepid = steps.sequence_stepid
                and refusals.attempt_no = steps.attempt_no
        ) as refusal_reason
    from steps
    left join lateral (
        select
            attempts.message_id,
            attempts.attempt_no,
            attempts.attempt_status,
            attempts.fault_class,
            attempts.error_message,
            attempts.deadline_at,
            attempts.sent_at
        from attempts
        where
            attempts.user_id = steps.user_id
            and attempts.enrollment_id = steps.enrollment_id
            and attempts.sequence_stepid = steps.sequence_stepid
            and steps.attempt_no is not null
        order by attempts.attempt_no desc
        limit 1
    ) as latest on true

)

select * from observed
