{% macro first_names(names) %}
    {%- if not names -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set more = (names | length) - 3 -%}
    {{ return(
        (names[:3] | join(", "))
        ~ (" and " ~ more ~ " more" if more > 0 else "")
    ) }}
{% endmacro %}
