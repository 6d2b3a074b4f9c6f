{% macro sequence_row_problems() %}
    {%- set rows, ids, found = load_agate_table().rows, [], [] -%}
    {%- for row in rows -%}
        {%- do ids.append(row.get("sequence_id") | lower) -%}
    {%- endfor -%}
    {%- set known = known_sequences(ids) -%}
    {%- for row in rows -%}
        {%- set quiet = quiet_hours_problem(
            row.get("quiet_from"), row.get("quiet_until")
        ) -%}
        {%- if quiet -%}
            {%- do found.append(
                "row " ~ (loop.index + 1) ~ ", column " ~ quiet
            ) -%}
        {%- endif -%}
        {%- if row.get("sequence_id") and ids[loop.index0] not in known -%}
            {%- do found.append("row " ~ (loop.index + 1)
                ~ ", column sequence_id: '" ~ row.get("sequence_id")
                ~ "' is not in " ~ var("app_schema") ~ ".sequences, and never "
                ~ "was when a build ran; correct or remove it") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
