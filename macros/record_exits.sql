{% macro record_exits() -%}
    {# In the transaction of sequence_contacts: an exit is final for its
       enrolment, whatever becomes of its cause, and so is the definition it
       left by. #}
    insert into {{ ref('sequence_decisions') }} as decisions (
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
    on conflict (user_id, decision_id) do update set
        definition_hash = excluded.definition_hash
    where decisions.definition_hash is null
{%- endmacro %}
