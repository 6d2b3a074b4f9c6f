{#- warn: a tenant's bad data; error: a mistake of ours -#}
{%- set findings = {
    "sequence_trigger_blank": "warn",
    "sequence_trigger_unusable": "warn",
    "sequence_flags_disagree": "warn",
    "sequence_missing": "warn",
    "sequence_without_steps": "warn",
    "sequence_misconfigured": "warn",
    "sequence_link_inactive": "warn",
    "sequence_link_circle": "warn",
    "send_time_ignored": "warn",
    "step_delay_unusable": "warn",
    "step_content_invalid": "warn",
    "step_unsendable": "warn",
    "step_overdue": "warn",
    "lead_rejected": "warn",
    "device_cooling_down": "warn",
    "gateway_cooling_down": "warn",
    "device_failing": "warn",
    "device_missing": "warn",
    "device_over_cap": "error",
    "claim_refused": "warn",
    "legacy_failure_rate": "warn",
    "legacy_completed_in_future": "warn",
    "legacy_message_without_step": "warn",
} -%}

with unioned as (

    {% for finding, severity in findings.items() -%}
        select
            '{{ finding }}' as finding,
            '{{ severity }}' as severity,
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
        severity::text as severity,
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
