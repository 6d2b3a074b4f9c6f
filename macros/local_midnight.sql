{% macro local_midnight(instant, zone) -%}
    date_trunc('day', {{ instant }}, {{ zone }})
{%- endmacro %}
