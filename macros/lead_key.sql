{% macro lead_key(lead_id) -%}
    {# A lead's id in the type that the CRM gives it, for its index to serve.
       None where one that was written down has another form: the CRM has
       changed its ids since. #}
    {%- set found = namespace(type="text") -%}
    {%- if execute -%}
        {%- for column in app_lead_columns() if column.name == "id" -%}
            {%- set found.type = column.data_type -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if found.type in ("smallint", "integer", "bigint") -%}
        case
            when {{ lead_id }} ~ '^-?[0-9]{1,19}$' then {{ lead_id }}::bigint
        end
    {%- elif found.type == "uuid" -%}
        case
            when {{ lead_id }} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                then {{ lead_id }}::uuid
        end
    {%- else -%}
        {{ lead_id }}::{{ found.type }}
    {%- endif -%}
{%- endmacro %}
