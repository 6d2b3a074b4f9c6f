{% macro follow_lead_ids() -%}
    {# The CRM may give its leads ids of another type, as when numbers outgrow
       integer: the build finds all leads anew then (lead_watermarks). -#}
    {%- if is_incremental() -%}
        do $$
        declare
            id_type text := {{ type_of_lead_ids() }};
        begin
            if id_type <> (
                select format_type(attributes.atttypid, null)
                from pg_catalog.pg_attribute as attributes
                where
                    attributes.attrelid = '{{ this }}'::regclass
                    and attributes.attname = 'lead_key'
            ) then
                execute format(
                    'alter table {{ this }} alter column lead_key '
                    'type %s using null', id_type
                );
            end if;
        end $$
    {%- endif -%}
{%- endmacro %}
