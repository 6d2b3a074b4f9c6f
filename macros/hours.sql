{% macro hours(column) -%}
    make_interval(secs => ({{ column }}) * 3600)
{%- endmacro %}
