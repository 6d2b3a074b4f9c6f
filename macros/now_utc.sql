{% macro now_utc() -%}
    {%- if var("as_of", none) -%}
        '{{ var("as_of") }}'::timestamptz
    {%- else -%}
        dispatch.now_utc()
    {%- endif -%}
{%- endmacro %}
