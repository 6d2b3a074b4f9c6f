{% macro older_first(leads) -%}
    {#- Ids are text here, so shorter comes first: the order of numbers. -#}
    {{ leads }}.lead_created_at asc nulls last,
    length({{ leads }}.lead_id) asc,
    {{ leads }}.lead_id asc
{%- endmacro %}
