{% macro clock_time(column) -%}
    substring({{ column }} from '^(?:[01][0-9]|2[0-3]):[0-5][0-9]$')::time
{%- endmacro %}
