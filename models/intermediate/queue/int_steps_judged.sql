{%- set moved_by_weekend -%}
    {{ after_weekend(
        now_utc(), 'steps.time_zone', 'steps.skip_weekends'
    ) }} > {{ now_utc() }}
{%- endset -%}
{%- set moved_by_quiet_hours -%}
    {{ after_quiet_hours(
        now_utc(), 'steps.time_zone', 'steps.quiet_from', 'steps.quiet_until'
    ) }} > {{ now_utc() }}
{%- endset -%}

with steps as (

    select * from {{ ref('int_steps_answered') }}

),

paused as (

    select * from {{ ref('int_sequences_paused') }}

),

proven as (

    select * from {{ ref('stg_dispatch__proven_attempts') }}

),

-- Why an open step may not go, by what stands in its way: null is no reason
judged as (

    select
        steps.*,
        case
            when steps.status = 'pending' then 'earlier_step'
            when steps.status = 'sent' then 'awaiting_receipt'
            when proven.is_sent then 'awaiting_build'
            when not steps.has_attempt then null
            when
                steps.attempt_status = 'sending'
                and steps.deadline_at > {{ now_utc() }} then 'in_flight'
            when steps.attempt_status in ('sending', 'unknown')
                then 'outcome_unknown'
            when steps.attempt_status is not null then 'awaiting_build'
        end as outcome_hold,
        paused.hold_reason as sequence_hold,
        case
            when steps.due_at > {{ now_utc() }} then 'scheduled'
            when {{ moved_by_weekend }} then 'weekend'
            when {{ moved_by_quiet_hours }} then 'quiet_hours'
            when steps.next_trigger_time > {{ now_utc() }} then 'scheduled'
            when {{ may_be_late('steps') }} then 'awaiting_build'
        end as time_hold
    from steps
    left join lateral (
        select paused.hold_reason from paused
        where
            paused.user_id = steps.user_id
            and paused.sequence_id = steps.sequence_id
        limit 1
    ) as paused on true
    -- A retry or a resend of what is known by now to have been sent; asked
    -- once, for the planner copies what is asked within a case
    left join lateral (
        select true as is_sent from proven
        where
            steps.attempt_no > 1
            and not steps.has_attempt
            and proven.user_id = steps.user_id
            and proven.enrollment_id = steps.enrollment_id
            and proven.sequence_stepid = steps.sequence_stepid
        limit 1
    ) as proven on true

)

select * from judged
