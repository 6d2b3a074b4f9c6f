{% macro step_update(assignment) -%}
    format(
        'update {{ var("app_schema") }}.sequence_steps set {{ assignment }} '
        || 'where id = %L',
        steps.sequence_stepid
    )
{%- endmacro %}
