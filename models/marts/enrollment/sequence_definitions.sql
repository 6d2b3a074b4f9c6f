{{ config(
    unique_key=['user_id', 'definition_hash', 'sequence_stepid'],
    indexes=[{
        'columns': ['user_id', 'definition_hash', 'sequence_stepid'],
        'unique': true
    }],
    post_hook="{{ analyze_if_grown(this) }}"
) }}

with steps as (

    select * from {{ ref('int_sequence_steps_ordered') }}

),

described as (

    select
        user_id,
        definition_hash,
        sequence_stepid,
        sequence_id,
        sequence_name,
        step_position::integer as step_position,
        day_number,
        delay_hours,
        message_type::text as message_type,
        content,
        media_url,
        caption,
        min_gap_seconds,
        max_gap_seconds,
        send_time,
        source_hash,
        next_sequence_id,
        is_misconfigured,
        placeholders,
        on_failure,
        on_unknown,
        unknown_grace_minutes,
        on_undelivered,
        on_late,
        late_after_hours,
        advance_on,
        receipt_deadline_hours,
        on_reply,
        on_retag,
        on_edit,
        time_zone,
        quiet_from,
        quiet_until,
        skip_weekends,
        {{ now_utc() }} as recorded_at
    from steps

)

select * from described
{% if is_incremental() -%}
    where not exists (
        select 1 from {{ this }} as recorded
        where
            recorded.user_id = described.user_id
            and recorded.definition_hash = described.definition_hash
            and recorded.sequence_stepid = described.sequence_stepid
    )
{%- endif %}
