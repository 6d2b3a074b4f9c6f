{% macro schema_name(schema) -%}
    {# In quotes where SQL wants them, plain for who reads a cure elsewhere. #}
    {%- if schema.isidentifier() and schema == schema.lower() -%}
        {{- schema -}}
    {%- else -%}
        {{- '"' ~ schema | replace('"', '""') ~ '"' -}}
    {%- endif -%}
{%- endmacro %}
