{% macro app_schema_name() -%}
    {{- schema_name(var("app_schema")) -}}
{%- endmacro %}
