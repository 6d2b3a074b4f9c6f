{% macro note_xact_id() -%}
    {# For noted_xact_id(), in the same transaction. #}
    select set_config('drip.xact_id', pg_current_xact_id()::text, true)
{%- endmacro %}
