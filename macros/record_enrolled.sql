{% macro record_enrolled() -%}
    {# In the transaction of sequence_enrollments: candidates read only this
       memory, so that the graph has no cycle. What a test of the candidates
       reads comes before: dbt lets a model wait for the tests of its ancestors
       alone. #}
    {%- do ref('stg_dispatch__broadcast_messages') -%}
    insert into {{ ref('sequence_decisions') }} (
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
    from {{ this }} as enrolled
    where enrolled.row_xid = pg_current_xact_id()
    on conflict (user_id, decision_id) do nothing
{%- endmacro %}
