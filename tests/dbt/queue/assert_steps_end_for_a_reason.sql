-- No step ends without a cause that can be shown: the opt-out or the reply of a
-- contact who left, or the decision of an earlier model; the fault of a step
-- that failed, or of one that ended the sequence; the policy by which one is
-- late. Of the enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

-- Each looked up by itself, from the index
contacts as not materialized (

    select * from {{ ref('sequence_contacts') }}

),

attempts as not materialized (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

receipts as not materialized (

    select * from {{ ref('stg_dispatch__receipt_events') }}

),

decisions as not materialized (

    select * from {{ ref('sequence_decisions') }}

),

enrollments as not materialized (

    select * from {{ ref('sequence_enrollments') }}

),

suppressions as not materialized (

    select * from {{ ref('stg_dispatch__suppression_events') }}

),

replies as not materialized (

    select * from {{ ref('stg_dispatch__inbound_messages') }}

),

definitions as not materialized (

    select * from {{ ref('sequence_definitions') }}

),

steps as (

    select found.*
    from folded
    cross join
        lateral (
            select contacts.* from contacts
            where
                contacts.user_id = folded.user_id
                and contacts.enrollment_id = folded.enrollment_id
                and contacts.status in (
                    'cancelled', 'failed', 'sequence_failed', 'skipped'
                )
            offset 0
        ) as found

),

-- What an earlier model decided names the device; what the state machine
-- copied into the memory by itself does not
judged as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid,
        steps.status,
        steps.status_reason,
        case
            when steps.status_reason = 'opted_out'
                then exists (
                    select 1 from suppressions
                    where
                        suppressions.user_id = steps.user_id
                        and suppressions.contact_phone = steps.contact_phone
                        and suppressions.suppression_kind = 'opt_out'
                )
            when steps.status_reason = 'replied'
                then exists (
                    select 1
                    from replies
                    inner join enrollments
                        on
                            replies.user_id = enrollments.user_id
                            and replies.contact_phone
                            = enrollments.contact_phone
                            and replies.occurred_at >= enrollments.enrolled_at
                    where
                        enrollments.user_id = steps.user_id
                        and enrollments.enrollment_id = steps.enrollment_id
                )
            when steps.status = 'cancelled'
                then exists (
                    select 1 from decisions
                    where
                        decisions.user_id = steps.user_id
                        and decisions.enrollment_id = steps.enrollment_id
                        and decisions.decision = 'exit'
                        and decisions.reason = steps.status_reason
                        and decisions.device_id is not null
                )
            when
                steps.status in ('failed', 'sequence_failed')
                and steps.status_reason <> 'ended'
                then exists (
                    select 1
                    from attempts
                    left join receipts
                        on
                            attempts.user_id = receipts.user_id
                            and attempts.message_id = receipts.message_id
                            and receipts.receipt_status = 'failed'
                    where
                        attempts.user_id = steps.user_id
                        and attempts.enrollment_id = steps.enrollment_id
                        and (
                            steps.status = 'sequence_failed'
                            or attempts.sequence_stepid = steps.sequence_stepid
                        )
                        and (
                            lower(attempts.fault_class) = steps.status_reason
                            or (
                                receipts.message_id is not null
                                and lower(coalesce(
                                    receipts.fault_class, 'UNCLASSIFIED'
                                )) = steps.status_reason
                            )
                        )
                )
            when steps.status_reason = 'late'
                then exists (
                    select 1
                    from decisions
                    inner join definitions
                        on
                            decisions.user_id = definitions.user_id
                            and decisions.definition_hash
                            = definitions.definition_hash
                            and decisions.sequence_stepid
                            = definitions.sequence_stepid
                    where
                        decisions.user_id = steps.user_id
                        and decisions.enrollment_id = steps.enrollment_id
                        and decisions.sequence_stepid = steps.sequence_stepid
                        and decisions.decision = 'skip'
                        and definitions.on_late = 'skip'
                )
            when steps.status_reason = 'step_passed'
                then exists (
                    select 1 from contacts
                    where
                        contacts.user_id = steps.user_id
                        and contacts.enrollment_id = steps.enrollment_id
                        and (
                            contacts.attempts_used > 0
                            or contacts.status_reason = 'late'
                        )
                )
            when steps.status_reason = 'step_removed'
                then not exists (
                    select 1 from definitions
                    where
                        definitions.user_id = steps.user_id
                        and definitions.definition_hash = steps.followed_hash
                        and definitions.sequence_stepid = steps.sequence_stepid
                )
            when steps.status_reason = 'ended'
                then exists (
                    select 1 from decisions
                    where
                        decisions.user_id = steps.user_id
                        and decisions.enrollment_id = steps.enrollment_id
                        and decisions.decision = 'ended'
                        and decisions.invocation_id <> '{{ invocation_id }}'
                )
            else false
        end as has_cause
    from steps

)

select * from judged
where not has_cause
