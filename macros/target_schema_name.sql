{% macro target_schema_name() -%}
    {{- schema_name(target.schema) -}}
{%- endmacro %}
