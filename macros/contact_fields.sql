{% macro contact_fields() -%}
    {# Every column of a lead as text by its name in lower case; blank ones are
       left out. Column by column, for a row as a whole takes four times as
       long to read. #}
    {%- set fields = {} -%}
    {%- if execute -%}
        {%- for column in app_lead_columns() -%}
            {%- set value = "leads."
                ~ adapter.quote(column.name | replace('"', '""')) -%}
            {%- if column.is_number() or column.data_type == "uuid" -%}
                {%- set text = value ~ "::text" -%}
            {%- elif column.is_string() -%}
                {%- set text = "nullif(trim(" ~ value ~ "), '')" -%}
            {%- else -%}
                {%- set text =
                    "nullif(trim(to_jsonb(" ~ value ~ ") #>> '{}'), '')" -%}
            {%- endif -%}
            {%- do fields.setdefault(column.name | lower, []).append(text) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set names, texts = [], [] -%}
    {%- for name, found in fields.items() -%}
        {%- do names.append(literal(name)) -%}
        {%- do texts.append("coalesce(" ~ found | join(", ") ~ ")") -%}
    {%- endfor -%}
    jsonb_strip_nulls(jsonb_object(
        array[{{ names | join(", ") }}]::text[],
        array[{{ texts | join(", ") }}]::text[]
    ))
{%- endmacro %}
