{% macro fault_row_problems(rules) %}
    {%- set rows, classes, found = load_agate_table().rows, [], [] -%}
    {%- for row in rows -%}
        {%- do classes.append(row.get("fault_class")) -%}
        {%- if (row.get("breaker_scope") is none)
            != (row.get("cool_down_minutes") is none) -%}
            {%- do found.append("row " ~ (loop.index + 1)
                ~ ", column cool_down_minutes: expected minutes beside a "
                ~ "breaker_scope, and none without") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for fault in rules["fault_class"].choices if fault not in classes -%}
        {%- do found.append("column fault_class: no row of " ~ fault) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
