{% macro contract_version() %}
    {%- set latest = namespace(version="null") -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == "model" and node.name == "due_steps"
        and node.version == node.latest_version -%}
        {%- set latest.version = node.version or "null" -%}
    {%- endfor -%}
    {{ return(latest.version) }}
{% endmacro %}
