{% macro queue_path() %}
    {#- What the dispatcher reads to send, with its ancestors. -#}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == "model"
        and node.name in ["due_steps", "held_devices"] -%}
        {%- do add_with_parents(node.unique_id, found) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
