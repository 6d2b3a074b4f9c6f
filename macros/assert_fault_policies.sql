{% macro assert_fault_policies() %}
    {#- Before the seed is loaded, so that a bad one leaves the last good. -#}
    {%- if execute -%}
        {%- do assert_seed_table() -%}
        {%- set rules = fault_policy_rules() -%}
        {%- do raise_problems(
            seed_problems(rules, "fault_class") + fault_row_problems(rules)
        ) -%}
    {%- endif -%}
{% endmacro %}
