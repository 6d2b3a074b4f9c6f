{% macro index_enrolled() -%}
    {# Who is in a sequence, by number, for many are looked up by theirs at
       once. dbt has no partial index. #}
    create index if not exists sequence_decisions_enrolled_phones
    on {{ this }} (contact_phone, sequence_id, user_id)
    where decision = 'enrolled'
{%- endmacro %}
