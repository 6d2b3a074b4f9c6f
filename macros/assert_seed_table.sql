{% macro assert_seed_table() %}
    {#- dbt fills a seed's table, but gives it no column that is new. -#}
    {%- set table = load_relation(this) -%}
    {%- if table and not flags.FULL_REFRESH -%}
        {%- set existing = adapter.get_columns_in_relation(table)
            | map(attribute="name") | list -%}
        {%- for name in config.get("column_types") if name not in existing -%}
            {{ exceptions.raise_compiler_error(
                "Table " ~ table ~ " is of an older version: it has no column "
                ~ name ~ ". Run dbt seed --full-refresh, then dbt build."
            ) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
