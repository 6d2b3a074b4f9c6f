{% macro pipeline_run_begin() %}
    {%- if execute -%}
        {%- do assert_initialised() -%}
        {%- do assert_own_memory() -%}
        {%- do assert_one_crm() -%}
        select dispatch.begin_run(
            '{{ invocation_id }}',
            '{{ target.schema }}',
            '{{ var("app_schema") }}',
            '{{ flags.WHICH }}',
            {{ writes_queue() }},
            {{ literal(var("code_hash", none)) }},
            {{ var("build_lock_minutes") }},
            {{ var("build_takeover") }},
            {{ literal(var("as_of", none) or none) }},
            {{ has_memory() }}
        )
    {%- endif -%}
{% endmacro %}
