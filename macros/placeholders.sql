{% macro placeholders(text) -%}
    dispatch.placeholders(coalesce({{ text }}, ''))
{%- endmacro %}
