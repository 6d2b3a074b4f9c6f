{% macro assert_sequence_policies() %}
    {#- Before the seed is loaded, so that a bad one leaves the last good. -#}
    {%- if execute -%}
        {%- do assert_seed_table() -%}
        {%- set rules = sequence_policy_rules() -%}
        {%- do raise_problems(
            seed_problems(rules, "sequence_id")
            + sequence_row_problems()
            + policy_var_problems(rules)
        ) -%}
    {%- endif -%}
{% endmacro %}
