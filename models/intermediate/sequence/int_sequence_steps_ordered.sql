with steps as (

    select * from {{ ref('stg_app__sequence_steps') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

policies as (

    select * from {{ ref('int_sequence_policies') }}

),

-- Gaps in day_number are fine: the order counts, not the number
ordered as (

    select
        sequences.user_id,
        sequences.sequence_id,
        sequences.sequence_name,
        sequences.trigger_token as entry_trigger,
        steps.sequence_stepid,
        steps.day_number,
        steps.delay_hours,
        steps.message_type,
        steps.content,
        steps.media_url,
        steps.caption,
        coalesce(
            steps.min_gap_seconds, sequences.min_gap_seconds
        ) as min_gap_seconds,
        coalesce(
            steps.max_gap_seconds, sequences.max_gap_seconds
        ) as max_gap_seconds,
        coalesce(steps.send_time, sequences.send_time) as send_time,
        steps.source_hash,
        null::uuid as next_sequence_id,
        false as is_misconfigured,
        '{}'::text[] as placeholders,
        policies.on_failure,
        policies.on_unknown,
        policies.unknown_grace_minutes,
        policies.on_undelivered,
        policies.on_late,
        policies.late_after_hours,
        policies.advance_on,
        policies.receipt_deadline_hours,
        policies.on_reply,
        policies.on_retag,
        policies.on_edit,
        policies.time_zone,
        policies.quiet_from,
        policies.quiet_until,
        policies.skip_weekends,
        policies.policy_hash,
        row_number() over (
            partition by sequences.user_id, sequences.sequence_id
            order by steps.day_number, steps.sequence_stepid
        ) as step_position
    from steps
    inner join sequences on steps.sequence_id = sequences.sequence_id
    inner join policies
        on
            sequences.user_id = policies.user_id
            and sequences.sequence_id = policies.sequence_id

),

step_hashed as (

    select
        *,
        {{ surrogate_key([
            'sequence_stepid', 'day_number', 'delay_hours', 'message_type',
            'content', 'media_url', 'caption', 'min_gap_seconds',
            'max_gap_seconds', 'sequence_name', 'send_time', 'source_hash',
            'next_sequence_id', 'is_misconfigured', 'placeholders',
            'policy_hash'
        ]) }} as step_hash
    from ordered

),

-- One hash for the sequence as a whole: its content is its address
hashed as (

    select
        *,
        md5(string_agg(step_hash::text, ',') over (
            partition by user_id, sequence_id
            order by step_position
            rows between unbounded preceding and unbounded following
        ))::uuid as definition_hash
    from step_hashed

)

select * from hashed
