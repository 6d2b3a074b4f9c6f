{% macro keeps_last_fold(applied) -%}
    {# Not when its rows are gone, or the times at which it would go on: a table
       made anew has another oid. #}
    not {{ flags.FULL_REFRESH }}
    and {{ relation_oid('sequence_contacts') }} is not null
    and {{ applied }}.schedule_oid = {{ relation_oid('fold_schedule') }}
{%- endmacro %}
