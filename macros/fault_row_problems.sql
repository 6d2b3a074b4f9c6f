{% macro fault_row_problems(rules) %}
    {%- set rows, classes, found = load_agate_table().rows, [], [] -%}
    {%- for row in rows -%}
        {%- do classes.append(row.get("fault_class")) -%}
        {%- set scope = row.get("breaker_scope") -%}
        {%- set cell = "row " ~ (loop.index + 1) ~ ", column " -%}
        {%- for column in ["cool_down_minutes", "longest_cool_down_minutes"]
            if (scope is none) != (row.get(column) is none) -%}
            {%- do found.append(cell ~ column ~ ": expected minutes beside a "
                ~ "breaker_scope, and none without") -%}
        {%- endfor -%}
        {%- if (scope == "gateway") == (row.get("devices_to_open") is none) -%}
            {%- do found.append(cell ~ "devices_to_open: expected a number "
                ~ "beside breaker_scope gateway, and none without") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for fault in rules["fault_class"].choices if fault not in classes -%}
        {%- do found.append("column fault_class: no row of " ~ fault) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
