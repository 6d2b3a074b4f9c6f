{% macro is_made_of(unique_id, path) %}
    {#- Whether an ephemeral model reads sources and the queue's nodes alone,
        however many ephemeral models stand between. -#}
    {%- set reads = namespace(beyond=false) -%}
    {%- for parent in graph.nodes[unique_id].depends_on.nodes
        if parent in graph.nodes and parent not in path -%}
        {%- if graph.nodes[parent].config.materialized != "ephemeral"
            or not is_made_of(parent, path) -%}
            {%- set reads.beyond = true -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(not reads.beyond) }}
{% endmacro %}
