{% macro assert_initialised() %}
    {%- set found = run_query(
        "select to_regclass('dispatch.pipeline_runs') is not null"
    ) -%}
    {%- if not found.rows[0][0] -%}
        {{ exceptions.raise_compiler_error(
            "Schema dispatch is missing from database " ~ target.dbname
            ~ ": run `dispatcher init` first (with --app-schema if the "
            ~ "tables leads and sequences do not exist either)."
        ) }}
    {%- endif -%}
{% endmacro %}
