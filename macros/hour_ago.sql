{% macro hour_ago() -%}
    {{ now_utc() }} - interval '60 minutes'
{%- endmacro %}
