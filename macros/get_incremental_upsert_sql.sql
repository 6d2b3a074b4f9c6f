{% macro get_incremental_upsert_sql(arg_dict) -%}
    {#- `merge` does not run on distributed Postgres; this does, and it leaves
        a row alone that would not change. -#}
    {%- set columns = arg_dict["dest_columns"] -%}
    {%- set columns = columns | map(attribute="quoted") | list -%}
    {%- set key = arg_dict["unique_key"] -%}
    {%- set key = [key] if key is string else key -%}
    insert into {{ arg_dict["target_relation"] }} as existing (
        {{ columns | join(", ") }}
    )
    select {{ columns | join(", ") }}
    from {{ arg_dict["temp_relation"] }}
    on conflict ({{ key | join(", ") }}) do update set (
        {{ columns | join(", ") }}
    ) = row(excluded.{{ columns | join(", excluded.") }})
    where
        (existing.{{ columns | join(", existing.") }})
        is distinct from (excluded.{{ columns | join(", excluded.") }})
{%- endmacro %}
