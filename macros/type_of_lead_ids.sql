{% macro type_of_lead_ids() -%}
    (
        select format_type(attributes.atttypid, null)
        from pg_catalog.pg_attribute as attributes
        where
            attributes.attrelid
            = to_regclass('{{ app_leads() | trim }}')
            and attributes.attname = 'id'
    )
{%- endmacro %}
