{% macro policy_var_problems(rules) %}
    {%- set may_be_null = [
        "reentry_after_days", "quiet_from", "quiet_until", "skip_weekends"
    ] -%}
    {%- set found = [] -%}
    {%- for name, rule in rules.items() if name != "sequence_id" -%}
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
    {%- if quiet -%}
        {%- do found.append("var " ~ quiet) -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}
