{% macro lead_columns() -%}
    user_id,
    id as lead_key,
    id::text as lead_id,
    device_id,
    coalesce(name, '')::text as lead_name,
    phone::text as lead_phone,
    {{ phone_key('phone::text') }} as contact_phone,
    trigger::text as lead_trigger,
    created_at at time zone 'UTC' as lead_created_at
{%- endmacro %}
