{% macro analyze_if_grown(relation) -%}
    {# A table that doubled within this build would be joined by plans made
       for the old size, until autovacuum comes round. #}
    do $$
    begin
        if (
            select
                pg_relation_size(oid) / current_setting('block_size')::bigint
                > 2 * relpages
            from pg_class
            where oid = '{{ relation }}'::regclass
        ) then
            analyze {{ relation }};
        end if;
    end $$
{%- endmacro %}
