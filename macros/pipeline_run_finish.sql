{% macro pipeline_run_finish(results) %}
    {#- The verdict on this invocation. A run that did not write the queue has
        a row too, but the gate does not look at it. -#}
    {%- if execute -%}
        {%- set verdict = judge_run(results, queue_path()) -%}
        select dispatch.finish_run(
            '{{ invocation_id }}',
            '{{ verdict.status }}',
            {{ literal(verdict.detail) }},
            {{ verdict.unit_tests_passed }},
            {{ contract_version() }}
        )
    {%- endif -%}
{% endmacro %}
