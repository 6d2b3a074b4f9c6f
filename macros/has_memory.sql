{% macro has_memory() -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.config.schema == "memory" -%}
        {%- do found.append(
            "to_regclass(" ~ literal(node.relation_name) ~ ")"
        ) -%}
    {%- endfor -%}
    coalesce({{ found | join(", ") }}) is not null
{%- endmacro %}
