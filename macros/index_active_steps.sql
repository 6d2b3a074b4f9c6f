{% macro index_active_steps(relation) -%}
    {# dbt has no partial index. Unnamed, for a full refresh still has the old
       table beside the new one. #}
    do $$
    begin
        if not exists (
            select 1 from pg_index
            where indrelid = '{{ relation }}'::regclass and indpred is not null
        ) then
            create index on {{ relation }} (
                user_id, device_id, next_trigger_time, enrollment_id
            ) where status = 'active';
        end if;
    end $$
{%- endmacro %}
