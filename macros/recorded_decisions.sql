{% macro recorded_decisions() -%}
    {#- Decisions made before this build; the first one has none to read. -#}
    {%- if is_incremental() -%}
        {{ this }}
    {%- else -%}
        (
            select
                null::uuid as user_id,
                null::uuid as decision_id,
                null::text as decision,
                null::uuid as sequence_id,
                null::uuid as enrollment_id,
                null::text as contact_phone,
                null::text as lead_id,
                null::uuid as device_id,
                null::text as reason,
                null::uuid as definition_hash,
                null::timestamptz as decided_at,
                null::text as invocation_id
            where false
        )
    {%- endif -%}
{%- endmacro %}
