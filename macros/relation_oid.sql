{% macro relation_oid(name) -%}
    {# Null where there is no such table. #}
    to_regclass(
        quote_ident('{{ target.schema }}') || '.{{ name }}'
    )::oid::bigint
{%- endmacro %}
