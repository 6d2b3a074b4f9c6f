{% macro leads_are_versioned() -%}
    {# Whether the row of a lead tells which transaction wrote it: not in a
       view, in partitions that come and go, in shards with clocks of their
       own. #}
    {%- if not execute -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(run_query(
        "select relkind = 'r' and not relhassubclass"
        ~ " and to_regclass('pg_dist_partition') is null"
        ~ " from pg_class where oid = to_regclass('" ~ app_leads() | trim ~ "')"
    ).columns[0].values() | first) }}
{%- endmacro %}
