{% macro lead_key(lead_id) -%}
    {# A lead's id in the type that the CRM gives it, for its index to serve. #}
    {%- set found = namespace(type="text") -%}
    {%- if execute -%}
        {%- for column in app_lead_columns() if column.name == "id" -%}
            {%- set found.type = column.data_type -%}
        {%- endfor -%}
    {%- endif -%}
    {{ lead_id }}::{{ found.type }}
{%- endmacro %}
