with steps as (

    select * from {{ ref('int_steps_rendered') }}

),

latest as (

    select * from {{ ref('int_attempts_latest') }}

),

suppressions as (

    select * from {{ ref('stg_dispatch__suppressions') }}
    where is_opted_out

),

paused as (

    select * from {{ ref('int_sequences_paused') }}

),

content_faults as (

    select distinct
        user_id,
        sequence_stepid,
        definition_hash
    from {{ ref('stg_dispatch__broadcast_messages') }}
    where fault_class = 'CONTENT_INVALID'

),

refusals as (

    select * from {{ ref('stg_dispatch__claim_refusals') }}

),

breakers as (

    select * from {{ ref('stg_dispatch__breakers') }}
    where open_until > {{ now_utc() }}

),

devices as (

    select * from {{ ref('int_devices_loaded') }}

),

joined as (

    select
        steps.*,
        latest.attempt_status,
        latest.deadline_at,
        latest.attempt_no >= steps.attempt_no as has_attempt,
        suppressions.user_id is not null as is_opted_out,
        paused.user_id is not null as is_paused,
        content_faults.user_id is not null as has_content_fault,
        refusals.refusal_reason,
        breakers.open_until,
        lower(breakers.fault_class) as breaker_reason,
        devices.busy_until,
        devices.gap_until,
        devices.hourly_cap_until,
        devices.daily_cap_until
    from steps
    left join latest
        on
            steps.user_id = latest.user_id
            and steps.enrollment_id = latest.enrollment_id
            and steps.sequence_stepid = latest.sequence_stepid
    left join suppressions
        on
            steps.user_id = suppressions.user_id
            and steps.contact_phone = suppressions.contact_phone
    left join paused
        on
            steps.user_id = paused.user_id
            and steps.sequence_id = paused.sequence_id
    left join content_faults
        on
            steps.user_id = content_faults.user_id
            and steps.sequence_stepid = content_faults.sequence_stepid
            and steps.definition_hash = content_faults.definition_hash
    left join refusals
        on
            steps.user_id = refusals.user_id
            and steps.enrollment_id = refusals.enrollment_id
            and steps.sequence_stepid = refusals.sequence_stepid
            and steps.attempt_no = refusals.attempt_no
    left join breakers
        on
            steps.user_id = breakers.user_id
            and steps.device_id = breakers.device_id
    left join devices
        on
            steps.user_id = devices.user_id
            and steps.device_id = devices.device_id

),

-- Why an open step is not being sent: the first reason that applies. None
-- means that it may go now.
held as (

    select
        *,
        case
            when status = 'pending' then 'earlier_step'
            when
                has_attempt and attempt_status = 'sending'
                and deadline_at > {{ now_utc() }} then 'in_flight'
            when has_attempt and attempt_status in ('sending', 'unknown')
                then 'outcome_unknown'
            when has_attempt then 'awaiting_build'
            when is_opted_out then 'opted_out'
            when is_paused then 'sequence_paused'
            when next_trigger_time > {{ now_utc() }} then 'scheduled'
            when has_content_fault then 'content_invalid'
            when content ~ '[{}]' then 'unresolved_placeholder'
            when content = '' and message_type = 'text' then 'content_missing'
            when refusal_reason is not null then refusal_reason
            when breaker_reason is not null then breaker_reason
            when busy_until > {{ now_utc() }} then 'device_busy'
            when daily_cap_until > {{ now_utc() }} then 'device_daily_cap'
            when hourly_cap_until > {{ now_utc() }} then 'device_hourly_cap'
            when gap_until > {{ now_utc() }} then 'device_gap'
        end as hold_reason
    from joined

),

timed as (

    select
        *,
        case
            when hold_reason = 'in_flight' then deadline_at
            when
                hold_reason in ('outcome_unknown', 'scheduled')
                and next_trigger_time > {{ now_utc() }} then next_trigger_time
            when hold_reason = 'device_busy' then busy_until
            when hold_reason = 'device_daily_cap' then daily_cap_until
            when hold_reason = 'device_hourly_cap' then hourly_cap_until
            when hold_reason = 'device_gap' then gap_until
            when hold_reason = breaker_reason then open_until
        end as held_until
    from held

)

select * from timed
