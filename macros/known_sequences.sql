{% macro known_sequences(sequence_ids) %}
    {%- if not sequence_ids -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set quoted = [] -%}
    {%- for sequence_id in sequence_ids -%}
        {%- do quoted.append(literal(sequence_id)) -%}
    {%- endfor -%}
    {%- set found = run_query(
        "select id::text from " ~ var("app_schema") ~ ".sequences "
        ~ "where id::text in (" ~ quoted | join(", ") ~ ")"
    ) -%}
    {{ return(found.columns[0].values() | list) }}
{% endmacro %}
