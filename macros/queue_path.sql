{% macro queue_path() %}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == "model" and node.name == "due_steps" -%}
        {%- do add_with_parents(node.unique_id, found) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
