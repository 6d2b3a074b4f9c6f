{% macro row_age(alias) -%}
    {# How many transactions ago a row was written, to be compared with the age
       of a watermark. Where that cannot be told (of a view, of partitions that
       come and go, of shards with clocks of their own) a row is new each time. #}
    {%- set is_plain = none -%}
    {%- if execute -%}
        {%- set is_plain = run_query(
            "select relkind = 'r' and not relhassubclass"
            ~ " and to_regclass('pg_dist_partition') is null"
            ~ " from pg_class where oid = to_regclass('" ~ app_leads() | trim ~ "')"
        ).columns[0].values() | first -%}
    {%- endif -%}
    {{ "age(" ~ alias ~ ".xmin)" if is_plain else 0 }}
{%- endmacro %}
