{% macro latest_of(column, condition) -%}
    (array_agg({{ column }} order by decided_at desc) filter (
        where {{ condition }}
    ))[1]
{%- endmacro %}
