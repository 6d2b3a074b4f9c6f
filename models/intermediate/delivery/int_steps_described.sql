with steps as (

    select * from {{ ref('int_steps_gathered') }}

),

tried as (

    select * from {{ ref('int_steps_tried') }}

),

described as (

    select
        steps.*,
        definitions.step_position,
        definitions.send_time,
        definitions.time_zone,
        definitions.quiet_from,
        definitions.quiet_until,
        definitions.skip_weekends,
        definitions.on_failure,
        definitions.on_unknown,
        definitions.unknown_grace_minutes,
        definitions.on_undelivered,
        definitions.on_late,
        definitions.late_after_hours,
        definitions.advance_on,
        least(
            sent_by.receipt_deadline_hours, definitions.receipt_deadline_hours
        ) as receipt_deadline_hours,
        case when steps.may_lead_on then definitions.next_sequence_id end
            as next_sequence_id,
        tried.tried_at,
        tried.last_attempt_no,
        tried.planned_at,
        tried.claimed_at,
        tried.deadline_at,
        tried.sent_at,
        tried.ended_at,
        tried.retry_at,
        tried.fault_class,
        tried.ends_enrollment,
        tried.has_delivery,
        coalesce(tried.may_have_been_sent, false) as may_have_been_sent,
        coalesce(tried.verdict, 'none') as verdict,
        coalesce(tried.attempts_used, 0) as attempts_used,
        coalesce(definitions.day_number, tried.day_number) as day_number,
        coalesce(
            definitions.delay_hours, {{ var('default_delay_hours') }}
        ) as delay_hours
    from steps
    left join lateral (
        select recorded.*
        from {{ ref('sequence_definitions') }} as recorded
        where
            recorded.user_id = steps.user_id
            and recorded.definition_hash = steps.definition_hash
            and recorded.sequence_stepid = steps.sequence_stepid
        limit 1
    ) as definitions on true
    left join tried
        on
            steps.user_id = tried.user_id
            and steps.enrollment_id = tried.enrollment_id
            and steps.sequence_stepid = tried.sequence_stepid
    -- What was not to be waited for, or long enough, is not waited for anew
    left join lateral (
        select
            case recorded.advance_on
                when 'sent' then 0 else recorded.receipt_deadline_hours
            end as receipt_deadline_hours
        from {{ ref('sequence_definitions') }} as recorded
        where
            recorded.user_id = tried.user_id
            and recorded.definition_hash = tried.definition_hash
            and recorded.sequence_stepid = tried.sequence_stepid
            and definitions.advance_on = 'delivered'
        limit 1
    ) as sent_by on true

)

select * from described
