{% macro keeps_last_match() -%}
    {# Not when enrolments may be gone whose wishes were granted, nor where it
       cannot be told which leads changed. #}
    {%- set is_wanted = leads_are_versioned()
        and not flags.FULL_REFRESH and not var("accept_lost_memory") -%}
    {{ is_wanted }}
    and to_regclass('{{ target.schema }}.enrollment_wishes') is not null
{%- endmacro %}
