{% macro assert_own_memory() %}
    {#- A model's hooks write what else is kept from build to build. -#}
    {%- if writes_queue() and invocation_args_dict.get("defer") -%}
        {{ exceptions.raise_compiler_error(
            "--defer is set, expected not: what schema " ~ target.schema
            ~ " does not have would be written in another target's memory. "
            ~ "Run dbt build without it."
        ) }}
    {%- endif -%}
{% endmacro %}
