{% macro policy(name, type="text") -%}
    coalesce(overrides.{{ name }}, {{ literal(var(name)) }})::{{ type }}
{%- endmacro %}
