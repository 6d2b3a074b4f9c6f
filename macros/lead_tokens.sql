{% macro lead_tokens() -%}
    {# Each lead of the query's leads with each trigger it carries, once. The
       offset keeps the planner from asking for a lead's triggers once for each
       sequence of its tenant. #}
    select
        leads.user_id,
        leads.lead_key,
        leads.lead_id,
        leads.lead_name,
        leads.device_id,
        leads.contact_phone,
        leads.lead_created_at,
        named.token
    from leads
    cross join
        lateral (
            select distinct {{ trigger_token('parts.part') }} as token
            from
                unnest(string_to_array(leads.lead_trigger, ','))
                    as parts (part)
        ) as named
    where named.token is not null
    offset 0
{%- endmacro %}
