{% macro known_sequences(sequence_ids) %}
    {#- A sequence that the CRM deleted stays known by what builds recorded of
        it: a tenant who deletes one stops no build. -#}
    {%- if not sequence_ids -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set recorded = load_relation(api.Relation.create(
        database=target.database,
        schema=generate_schema_name("memory"),
        identifier="sequence_definitions"
    )) -%}
    {%- set quoted = [] -%}
    {%- for sequence_id in sequence_ids -%}
        {%- do quoted.append(literal(sequence_id)) -%}
    {%- endfor -%}
    {%- set asked = "::text in (" ~ quoted | join(", ") ~ ")" -%}
    {%- set found = run_query(
        "select id::text from " ~ var("app_schema") ~ ".sequences "
        ~ "where id" ~ asked
        ~ (" union select sequence_id::text from " ~ recorded
            ~ " where sequence_id" ~ asked if recorded else "")
    ) -%}
    {{ return(found.columns[0].values() | list) }}
{% endmacro %}
