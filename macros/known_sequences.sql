{% macro known_sequences(sequence_ids) %}
    {#- A sequence that the CRM deleted stays known by what builds recorded of
        it, and, as one without steps is not recorded, by the seed as it was
        loaded last: a tenant who deletes one stops no build. -#}
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
    {%- set crm = api.Relation.create(
        schema=var("app_schema"), identifier="sequences"
    ) -%}
    {%- set places = [("id", crm)] -%}
    {%- for place in [recorded, load_relation(this)] if place -%}
        {%- do places.append(("sequence_id", place)) -%}
    {%- endfor -%}
    {%- set queries = [] -%}
    {%- for name, place in places -%}
        {%- do queries.append(
            "select lower(" ~ name ~ "::text) from " ~ place
            ~ " where lower(" ~ name ~ "::text) in (" ~ quoted | join(", ")
            ~ ")"
        ) -%}
    {%- endfor -%}
    {%- set found = run_query(queries | join(" union ")) -%}
    {{ return(found.columns[0].values() | list) }}
{% endmacro %}
