{% macro keeps_last_match() -%}
    {# Not when enrolments may be gone whose wishes were granted. #}
    not {{ flags.FULL_REFRESH or var("accept_lost_memory") }}
    and to_regclass('{{ target.schema }}.enrollment_wishes') is not null
{%- endmacro %}
