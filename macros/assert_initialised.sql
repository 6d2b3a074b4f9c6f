{% macro assert_initialised() %}
    {%- set found = run_query(
        "select to_regclass('dispatch.schema_version') is not null"
    ) -%}
    {%- if not found.rows[0][0] -%}
        {{ exceptions.raise_compiler_error(
            "Schema dispatch is missing from database " ~ target.dbname
            ~ ": run `dispatcher init` first (with --app-schema if the "
            ~ "tables leads and sequences do not exist either)."
        ) }}
    {%- endif -%}
    {%- set version = run_query(
        "select max(version) from dispatch.schema_version"
    ).rows[0][0] -%}
    {%- if version < dispatch_version() -%}
        {{ exceptions.raise_compiler_error(
            "Schema dispatch of database " ~ target.dbname ~ " is at version "
            ~ version ~ ", expected " ~ dispatch_version()
            ~ " or later: run `dispatcher init`."
        ) }}
    {%- endif -%}
{% endmacro %}
