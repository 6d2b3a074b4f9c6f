{% macro as_integer(column) -%}
    {# Whatever kind of number the CRM makes of it: one that is too large is
       the largest, or it would stop every build. -#}
    least(greatest({{ column }}, -2147483648), 2147483647)::integer
{%- endmacro %}
