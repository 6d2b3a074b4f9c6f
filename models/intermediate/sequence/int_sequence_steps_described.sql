with steps as (

    select * from {{ ref('stg_app__sequence_steps') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

policies as (

    select * from {{ ref('int_sequence_policies') }}

),

places as (

    select * from {{ ref('int_sequence_steps_placed') }}

),

described as (

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
        places.step_position,
        places.next_sequence_id,
        places.is_misconfigured,
        {{ placeholders(message_text(
            'steps.message_type', 'steps.content', 'steps.caption'
        )) }} as placeholders,
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
        policies.policy_hash
    from steps
    inner join places on steps.sequence_stepid = places.sequence_stepid
    inner join sequences on steps.sequence_id = sequences.sequence_id
    inner join policies
        on
            sequences.user_id = policies.user_id
            and sequences.sequence_id = policies.sequence_id

)

select * from described
