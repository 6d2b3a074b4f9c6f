{%- set findings = [
    "sequence_trigger_blank",
    "sequence_flags_disagree",
    "sequence_without_steps",
    "sequence_misconfigured",
    "sequence_link_inactive",
    "sequence_link_circle",
    "send_time_invalid",
    "step_delay_negative",
    "step_content_invalid",
    "step_overdue",
    "lead_rejected",
    "device_cooling_down",
    "device_failing",
    "claim_refused",
    "legacy_failure_rate",
    "legacy_completed_in_future",
    "legacy_message_without_step",
] -%}

with unioned as (

    {% for finding in findings -%}
        select
            '{{ finding }}' as finding,
            *
        from {{ ref('int_findings_' ~ finding) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

described as (

    select
        user_id,
        {{ surrogate_key(['finding', 'user_id', 'subject_id']) }}
            as finding_id,
        finding::text as finding,
        'warn'::text as severity,
        subject_id,
        affected_count::bigint as affected_count,
        share::numeric(5, 4) as share,
        coalesce(example_keys, '{}') as example_keys,
        explanation,
        cure,
        {{ now_utc() }} as found_at
    from unioned

)

select * from described
