{% macro trigger_token(column) -%}
    nullif(lower(btrim({{ column }}, e' \t\r\n')), '')
{%- endmacro %}
