{% macro last_contacts() -%}
    {# The steps as the last fold left them, for a test that stands before the
       next one: by their name, since who refers to the model comes after it. #}
    {%- set found = load_relation(api.Relation.create(
        database=target.database,
        schema=target.schema,
        identifier="sequence_contacts"
    )) if execute -%}
    {%- if found -%}
        {{ found }}
    {%- else -%}
        (
            select
                null::uuid as user_id,
                null::uuid as enrollment_id,
                null::uuid as sequence_stepid,
                null::integer as attempts_used
            where false
        )
    {%- endif -%}
{%- endmacro %}
