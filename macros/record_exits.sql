{% macro record_exits() -%}
    {# In the transaction of sequence_contacts: an exit is final for its
       enrolment, whatever becomes of its cause, and so is the definition it
       left by. #}
    insert into {{ ref('sequence_decisions') }} (
        user_id, decision_id, decision, sequence_id, enrollment_id,
        contact_phone, reason, definition_hash, decided_at, invocation_id,
        row_xid
    )
    select distinct on (step.user_id, step.enrollment_id)
        step.user_id,
        {{ surrogate_key(["'exit'::text", 'step.enrollment_id']) }},
        'exit',
        step.sequence_id,
        step.enrollment_id,
        step.contact_phone,
        step.status_reason,
        step.followed_hash,
        {{ now_utc() }},
        '{{ invocation_id }}',
        pg_current_xact_id()
    from {{ folded_steps() }} as step
    where step.status = 'cancelled'
    on conflict (user_id, decision_id) do nothing;

    update {{ ref('sequence_decisions') }} as decisions set
        definition_hash = step.followed_hash
    from {{ folded_steps() }} as step
    where
        decisions.user_id = step.user_id
        and decisions.enrollment_id = step.enrollment_id
        and decisions.decision = 'exit'
        and decisions.definition_hash is null
{%- endmacro %}
