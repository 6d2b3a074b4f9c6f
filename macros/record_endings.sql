{% macro record_endings() -%}
    {# In the transaction of sequence_contacts: an enrolment without an open
       step has ended and keeps the definition it followed. #}
    insert into {{ ref('sequence_decisions') }} (
        user_id, decision_id, decision, sequence_id, enrollment_id,
        contact_phone, reason, definition_hash, decided_at, invocation_id,
        row_xid
    )
    select
        step.user_id,
        {{ surrogate_key(["'ended'::text", 'step.enrollment_id']) }},
        'ended',
        min(step.sequence_id::text)::uuid,
        step.enrollment_id,
        min(step.contact_phone),
        min(step.status_reason) filter (where step.status = 'sequence_failed'),
        min(step.followed_hash::text)::uuid,
        {{ now_utc() }},
        '{{ invocation_id }}',
        pg_current_xact_id()
    from {{ folded_steps() }} as step
    group by step.user_id, step.enrollment_id
    having not bool_or(step.status in ('pending', 'active', 'sent'))
    on conflict (user_id, decision_id) do nothing
{%- endmacro %}
