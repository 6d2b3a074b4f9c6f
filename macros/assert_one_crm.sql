{% macro assert_one_crm() %}
    {#- Whom a build does not find in the CRM has left for good. -#}
    {%- set found = run_query(
        "select app_schema from ("
        ~ "select app_schema from dispatch.pipeline_runs"
        ~ " where target_schema = " ~ literal(target.schema)
        ~ " and writes_queue order by run_no desc limit 1) as last_run"
        ~ " where app_schema <> " ~ literal(var("app_schema"))
        ~ " and to_regclass(quote_ident(app_schema) || '.leads') is not null"
        ~ " and " ~ has_memory()
    ) -%}
    {%- if found.rows and not var("accept_app_schema") -%}
        {{ exceptions.raise_compiler_error(
            "var app_schema is " ~ var("app_schema") ~ ", expected "
            ~ found.rows[0][0] ~ ": schema " ~ target.schema ~ " was built of "
            ~ "that, and it still has leads. Leave app_schema out, or build "
            ~ "into a schema of its own: another target of profiles.yml, by "
            ~ "dbt build --target. If the CRM has moved, add the var "
            ~ "accept_app_schema: true to the first build."
        ) }}
    {%- endif -%}
{% endmacro %}
