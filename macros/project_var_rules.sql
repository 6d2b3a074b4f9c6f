{% macro project_var_rules() %}
    {#- What SQL is made of them would take more, and do something else. -#}
    {%- set count = written_as(
        "[1-9][0-9]{0,5}", "a whole number from 1 to 999999"
    ) -%}
    {%- set cap = written_as(
        "[1-9][0-9]{0,8}",
        "a whole number from 1 to 999999999 (to send nothing: "
        ~ "dispatcher pause)"
    ) -%}
    {{ return({
        "default_delay_hours": written_as(
            "[0-9]{1,6}", "a whole number to 999999"
        ),
        "longest_delay_hours": count,
        "max_attempts": count,
        "match_all_hours": written_as(
            "(?=.*[1-9])[0-9]{1,6}([.][0-9]{1,6})?",
            "a number above 0, below 1000000"
        ),
        "device_hourly_cap": cap,
        "device_daily_cap": cap,
        "build_lock_minutes": count,
    }) }}
{% endmacro %}
