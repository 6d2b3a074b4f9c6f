{% macro is_on_path(node, path) %}
    {#- A test guards the queue when every model it reads belongs to it. -#}
    {%- set reads = namespace(path=false, beyond=false) -%}
    {%- for parent in node.depends_on.nodes if parent in graph.nodes -%}
        {%- if parent in path -%}
            {%- set reads.path = true -%}
        {%- else -%}
            {%- set reads.beyond = true -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(reads.path and not reads.beyond) }}
{% endmacro %}
