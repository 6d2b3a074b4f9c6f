{% macro value_problem(value, rule) %}
    {%- if value is none -%}
        {{ return(
            "is blank, expected " ~ rule.expected if rule.required else none
        ) }}
    {%- elif rule.choices -%}
        {%- set fits = value in rule.choices -%}
    {%- else -%}
        {%- set fits = modules.re.fullmatch(rule.pattern, value) -%}
    {%- endif -%}
    {{ return(none if fits else "'" ~ value ~ "', expected " ~ rule.expected) }}
{% endmacro %}
