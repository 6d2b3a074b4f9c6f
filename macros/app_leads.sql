{% macro app_leads() -%}
    {# The CRM's own table, also where a unit test stands in for it. #}
    "{{ var("app_schema") }}"."leads"
{%- endmacro %}
