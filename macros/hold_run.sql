{% macro hold_run() -%}
    {# A build that was taken over writes nothing more. #}
    select dispatch.hold_run('{{ invocation_id }}')
{%- endmacro %}
