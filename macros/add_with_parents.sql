{% macro add_with_parents(unique_id, found) %}
    {#- Sources are no nodes of the graph, so the walk ends there. -#}
    {%- if unique_id in graph.nodes and unique_id not in found -%}
        {%- do found.append(unique_id) -%}
        {%- for parent in graph.nodes[unique_id].depends_on.nodes -%}
            {%- do add_with_parents(parent, found) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
