{% macro insert_enrolled(decisions, enrollments, condition='true') -%}
    insert into {{ decisions }} (
        user_id, decision_id, decision, sequence_id, enrollment_id,
        contact_phone, lead_id, device_id, reason, definition_hash, decided_at,
        invocation_id, row_xid
    )
    select
        enrolled.user_id,
        {{ surrogate_key(["'enrolled'::text", 'enrolled.enrollment_id']) }},
        'enrolled',
        enrolled.sequence_id,
        enrolled.enrollment_id,
        enrolled.contact_phone,
        enrolled.lead_id,
        enrolled.device_id,
        enrolled.source,
        enrolled.definition_hash,
        enrolled.enrolled_at,
        enrolled.invocation_id,
        pg_current_xact_id()
    from {{ enrollments }} as enrolled
    where {{ condition }}
    on conflict (user_id, decision_id) do nothing
{%- endmacro %}
