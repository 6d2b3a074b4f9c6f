{% macro surrogate_key(columns) -%}
    {#- A row's text form quotes its parts, so no two rows share one; a null
        and an empty text differ. Only for types whose text no setting changes:
        text, numbers, uuid, boolean, time of day, arrays of them. -#}
    md5(row({{ columns | join(", ") }})::text)::uuid
{%- endmacro %}
