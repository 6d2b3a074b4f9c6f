{% macro keeps_last_fold() -%}
    not {{ flags.FULL_REFRESH }}
    and to_regclass('{{ target.schema }}.sequence_contacts') is not null
{%- endmacro %}
