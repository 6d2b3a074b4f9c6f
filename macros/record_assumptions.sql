{% macro record_assumptions() -%}
    {# In the transaction of sequence_contacts: what was assumed sent is not
       waited for or sent again when the policy changes. #}
    insert into {{ ref('sequence_decisions') }} (
        user_id, decision_id, decision, sequence_id, enrollment_id,
        sequence_stepid, contact_phone, definition_hash, decided_at,
        invocation_id, row_xid
    )
    select
        step.user_id,
        {{ assumption_id('step') }},
        'assumed',
        step.sequence_id,
        step.enrollment_id,
        step.sequence_stepid,
        step.contact_phone,
        step.definition_hash,
        {{ now_utc() }},
        '{{ invocation_id }}',
        pg_current_xact_id()
    from (
        select
            folded.*,
            folded.attempt_no as last_attempt_no
        from {{ folded_steps() }} as folded
    ) as step
    where step.status_reason = 'assumed_sent'
    on conflict (user_id, decision_id) do nothing
{%- endmacro %}
