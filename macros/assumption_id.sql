{% macro assumption_id(attempt) -%}
    {# Of the last attempt of a step: a later one is judged for itself. #}
    {{ surrogate_key([
        "'assumed'::text",
        attempt ~ '.enrollment_id',
        attempt ~ '.sequence_stepid',
        attempt ~ '.last_attempt_no',
    ]) }}
{%- endmacro %}
