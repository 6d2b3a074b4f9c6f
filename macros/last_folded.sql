{% macro last_folded(folded) -%}
    {# What the last build took up; the first one has none to read. #}
    {%- if execute and load_relation(folded) is not none -%}
        select
            user_id,
            enrollment_id
        from {{ folded }}
    {%- else -%}
        select
            null::uuid as user_id,
            null::uuid as enrollment_id
        where false
    {%- endif -%}
{%- endmacro %}
