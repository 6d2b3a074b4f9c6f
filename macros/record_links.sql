{% macro record_links() -%}
    {# In the transaction of sequence_contacts: who is through is a candidate
       of the next sequence from the next build on. #}
    insert into {{ ref('sequence_decisions') }} (
        user_id, decision_id, decision, sequence_id, enrollment_id,
        contact_phone, lead_id, device_id, target_sequence_id,
        definition_hash, due_at, decided_at, invocation_id, row_xid
    )
    select
        step.user_id,
        {{ surrogate_key(["'link'::text", 'step.enrollment_id']) }},
        'link',
        step.sequence_id,
        step.enrollment_id,
        step.contact_phone,
        enrollment.lead_id,
        step.device_id,
        step.next_sequence_id,
        step.followed_hash,
        step.next_sequence_due_at,
        {{ now_utc() }},
        '{{ invocation_id }}',
        pg_current_xact_id()
    from {{ folded_steps() }} as step
    inner join {{ ref('sequence_enrollments') }} as enrollment
        on
            step.user_id = enrollment.user_id
            and step.enrollment_id = enrollment.enrollment_id
    where step.next_sequence_id is not null
    on conflict (user_id, decision_id) do nothing
{%- endmacro %}
