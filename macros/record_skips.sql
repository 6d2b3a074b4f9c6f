{% macro record_skips() -%}
    {# In the transaction of sequence_contacts: a step passed over stays so,
       and a build from nothing knows it. It is late once; it may leave the
       chain of one definition after the other. #}
    insert into {{ ref('sequence_decisions') }} (
        user_id, decision_id, decision, sequence_id, enrollment_id,
        sequence_stepid, contact_phone, reason, definition_hash, decided_at,
        invocation_id, row_xid
    )
    select
        step.user_id,
        {{ surrogate_key([
            "'skip'::text", 'step.enrollment_id', 'step.sequence_stepid',
            "case when step.status_reason <> 'late'"
            ~ " then step.definition_hash end"
        ]) }},
        'skip',
        step.sequence_id,
        step.enrollment_id,
        step.sequence_stepid,
        step.contact_phone,
        step.status_reason,
        step.definition_hash,
        {{ now_utc() }},
        '{{ invocation_id }}',
        pg_current_xact_id()
    from {{ folded_steps() }} as step
    where step.status = 'skipped'
    on conflict (user_id, decision_id) do nothing
{%- endmacro %}
