{% macro lead_tokens() -%}
    {# Each of the query's leads with each trigger it carries. What is computed
       here is computed for each of them, so numbers are judged later. #}
    select
        leads.user_id,
        leads.lead_key,
        leads.lead_id,
        leads.lead_phone,
        unnest({{ trigger_tokens('leads.lead_trigger') }}) as token
    from leads
{%- endmacro %}
