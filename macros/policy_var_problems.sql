{% macro policy_var_problems(rules) %}
    {%- set may_be_null = [
        "reentry_after_days", "quiet_from", "quiet_until", "skip_weekends"
    ] -%}
    {%- set found = [] -%}
    {%- set all = dict(rules, **project_var_rules()) -%}
    {%- for name, rule in all.items() if name != "sequence_id" -%}
        {%- set value = var(name) -%}
        {%- set rule = dict(rule, required=name not in may_be_null) -%}
        {%- set problem = value_problem(
            value | string | lower if value is boolean else
            value | string if value is not none else none, rule
        ) -%}
        {%- if problem -%}
            {%- do found.append("var " ~ name ~ ": " ~ problem) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set quiet = quiet_hours_problem(
        var("quiet_from"), var("quiet_until")
    ) -%}
    {%- set delay = delay_problem(
        var("default_delay_hours"), var("longest_delay_hours")
    ) -%}
    {%- for problem in [quiet, delay] if problem -%}
        {%- do found.append("var " ~ problem) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
