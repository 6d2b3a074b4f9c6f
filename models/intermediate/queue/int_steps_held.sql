{%- set sendable_at = sendable_from(
    now_utc(), 'time_zone', 'quiet_from', 'quiet_until', 'skip_weekends'
) -%}

with steps as (

    select * from {{ ref('int_steps_judged') }}

),

-- The content that the definition has, or a gateway would not take
reviewed as (

    select
        *,
        case
            when has_content_fault then 'content_invalid'
            else {{ content_hold('enrollment_id', 'sequence_stepid') }}
        end as content_hold
    from steps

),

-- One open step has one reason, the first that applies; none means that it
-- may go as soon as its device may
held as (

    select
        *,
        case
            when status in ('pending', 'active', 'sent')
                then coalesce(
                    outcome_hold, contact_hold, sequence_hold, time_hold,
                    content_hold, refusal_reason
                )
        end as step_hold
    from reviewed

),

timed as (

    select
        *,
        case
            when step_hold = 'in_flight' then deadline_at
            when
                step_hold
                in ('scheduled', 'outcome_unknown', 'awaiting_receipt')
                and next_trigger_time > {{ now_utc() }} then next_trigger_time
            when step_hold in ('weekend', 'quiet_hours')
                then {{ sendable_at }}
        end as step_held_until
    from held

)

select * from timed
