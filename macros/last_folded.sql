{% macro last_folded(folded) -%}
    {# What the last build took up; everybody, where nobody knows. #}
    {%- if execute and load_relation(folded) is not none -%}
        select
            user_id,
            enrollment_id
        from {{ folded }}
    {%- else -%}
        select
            user_id,
            enrollment_id
        from {{ ref('sequence_enrollments') }}
    {%- endif -%}
{%- endmacro %}
