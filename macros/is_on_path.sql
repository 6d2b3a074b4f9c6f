{% macro is_on_path(node, path) %}
    {#- A test guards the queue when every relation it reads belongs to it. What
        an ephemeral model reads is read by who tests it; a unit test reads
        nothing but what it is given. -#}
    {%- set reads = namespace(path=false, beyond=false) -%}
    {%- for parent in node.depends_on.nodes if parent in graph.nodes -%}
        {%- if parent in path or (
            node.resource_type != "unit_test"
            and graph.nodes[parent].config.materialized == "ephemeral"
            and is_made_of(parent, path)
        ) -%}
            {%- set reads.path = true -%}
        {%- else -%}
            {%- set reads.beyond = true -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(reads.path and not reads.beyond) }}
{% endmacro %}
