with steps as (

    select * from {{ ref('int_steps_defined') }}

),

tried as (

    select * from {{ ref('int_steps_tried') }}

),

described as (

    select
        steps.*,
        least(
            sent_by.receipt_deadline_hours, steps.defined_deadline_hours
        ) as receipt_deadline_hours,
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
        coalesce(steps.defined_day_number, tried.day_number) as day_number
    from steps
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
            and steps.advance_on = 'delivered'
        limit 1
    ) as sent_by on true

)

select * from described
