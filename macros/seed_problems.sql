{% macro seed_problems(rules, key) %}
    {#- Rows are counted as a spreadsheet does: the header is row 1. -#}
    {%- set table, found, seen = load_agate_table(), [], {} -%}
    {%- for name in table.column_names if name not in rules -%}
        {%- do found.append("row 1, column " ~ name ~ ": is not known, "
            ~ "expected " ~ rules | join(", ")) -%}
    {%- endfor -%}
    {%- for name in rules if name not in table.column_names -%}
        {%- do found.append("row 1, column " ~ name ~ ": is missing") -%}
    {%- endfor -%}
    {%- for row in table.rows -%}
        {%- set row_no = loop.index + 1 -%}
        {%- for name in table.column_names if name in rules -%}
            {%- set problem = value_problem(row[name], rules[name]) -%}
            {%- if name == key and row[key] and row[key] | lower in seen -%}
                {%- set problem = "'" ~ row[key] ~ "' stands in row "
                    ~ seen[row[key] | lower] ~ " already" -%}
            {%- endif -%}
            {%- if problem -%}
                {%- do found.append(
                    "row " ~ row_no ~ ", column " ~ name ~ ": " ~ problem
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do seen.setdefault(row.get(key) | lower, row_no) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
