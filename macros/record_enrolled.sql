{% macro record_enrolled() -%}
    {# In the transaction of sequence_enrollments: candidates read only this
       memory, so that the graph has no cycle. What a test of the candidates
       reads comes before: dbt lets a model wait for the tests of its ancestors
       alone. #}
    {%- do ref('stg_dispatch__broadcast_messages') -%}
    {{ insert_enrolled(
        ref('sequence_decisions'), this,
        'enrolled.row_xid = pg_current_xact_id()'
    ) }}
{%- endmacro %}
