{% macro reads_a_part() %}
    {#- By --sample too, which dbt's flags leave out. -#}
    {{ return(
        flags.EMPTY or invocation_args_dict.get("sample") is not none
    ) }}
{% endmacro %}
