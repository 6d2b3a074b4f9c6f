{% macro app_lead_columns() -%}
    {# The columns of the CRM's table, as it is when dbt compiles. #}
    {{ return(adapter.get_columns_in_relation(api.Relation.create(
        database=target.database, schema=var("app_schema"), identifier="leads"
    ))) }}
{%- endmacro %}
