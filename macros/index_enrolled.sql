{% macro index_enrolled() -%}
    {# Who is in a sequence, by number. dbt has no partial index. #}
    create index if not exists sequence_decisions_enrolled
    on {{ this }} (user_id, sequence_id, contact_phone)
    where decision = 'enrolled'
{%- endmacro %}
