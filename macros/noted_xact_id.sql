{% macro noted_xact_id() -%}
    {# The transaction's number, as a hook noted it. A query that asks Postgres
       for it runs in one process, for the number might have to be given first;
       to compare a million leads takes more. None in a unit test. #}
    nullif(current_setting('drip.xact_id', true), '')::xid8
{%- endmacro %}
