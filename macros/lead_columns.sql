{% macro lead_columns() -%}
    {# The trigger as it stands there: of a cast the planner has no statistics,
       and does not see that a few texts are split a million times. #}
    user_id,
    id as lead_key,
    id::text as lead_id,
    device_id,
    coalesce(name, '')::text as lead_name,
    phone::text as lead_phone,
    {{ phone_key('phone') }} as contact_phone,
    trigger as lead_trigger,
    created_at at time zone 'UTC' as lead_created_at
{%- endmacro %}
