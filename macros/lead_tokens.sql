{% macro lead_tokens(phone) -%}
    {# Each of the query's leads with each trigger it carries. What is computed
       here is computed for each trigger, so numbers are judged before or
       after. #}
    select
        leads.user_id,
        leads.lead_key,
        leads.lead_id,
        leads.{{ phone }},
        unnest({{ trigger_tokens('leads.lead_trigger') }}) as token
    from leads
{%- endmacro %}
