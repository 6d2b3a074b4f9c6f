{% macro must_run(node, path) %}
    {#- What a run has to have done before it may open the gate. -#}
    {%- if node.resource_type == "test" -%}
        {{ return(
            node.config.severity | lower == "error"
            and is_on_path(node, path)
        ) }}
    {%- endif -%}
    {{ return(
        node.unique_id in path and node.config.materialized != "ephemeral"
    ) }}
{% endmacro %}
