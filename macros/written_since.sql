{% macro written_since(relation, watermark) -%}
    {# The upper bound holds for every row that can be seen; with both bounds
       the planner expects few rows and takes the index. #}
    {{ relation }}.row_xid >= {{ watermark }}
    and {{ relation }}.row_xid < pg_snapshot_xmax(pg_current_snapshot())
{%- endmacro %}
