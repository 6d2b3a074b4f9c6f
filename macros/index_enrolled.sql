{% macro index_enrolled() -%}
    {# Who is in a sequence, by number. dbt has no partial index. #}
    create index if not exists sequence_decisions_contacts_enrolled
    on {{ this }} (contact_phone, user_id, sequence_id)
    where decision = 'enrolled'
{%- endmacro %}
