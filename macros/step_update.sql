{% macro step_update(assignment) -%}
    format(
        'update {{ app_schema_name() }}.sequence_steps set {{ assignment }} '
        || 'where id = %L',
        steps.sequence_stepid
    )
{%- endmacro %}
