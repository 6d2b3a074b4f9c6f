{% macro rendered(enrollment_id, sequence_stepid) -%}
    {# What a step says to a contact; the choices within are the same at each
       attempt. #}
    dispatch.render(
        coalesce(message_text, ''), contact_fields,
        {{ enrollment_id }}::text || {{ sequence_stepid }}::text
    )
{%- endmacro %}
