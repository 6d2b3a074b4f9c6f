{% macro rate(part, whole) -%}
    round(({{ part }})::numeric / nullif({{ whole }}, 0), 4)::numeric(5, 4)
{%- endmacro %}
