with planned as (

    select * from {{ ref('int_devices_planned') }}

),

attempted as (

    select * from {{ ref('int_devices_attempted') }}

),

guarded as (

    select * from {{ ref('int_devices_guarded') }}

),

held as (

    select * from {{ ref('int_devices_held') }}

),

joined as (

    select
        guarded.device_name,
        planned.*,
        held.hold_reason,
        held.held_until,
        guarded.gateway,
        guarded.breaker_state,
        guarded.breaker_fault,
        guarded.breaker_until,
        guarded.gateway_breaker_state,
        guarded.gateway_breaker_fault,
        guarded.gateway_breaker_until,
        {{ var('device_hourly_cap') }} as hourly_cap,
        {{ var('device_daily_cap') }} as daily_cap,
        attempted.last_sent_at,
        {% for column in [
            'attempts', 'messages_sent', 'messages_failed',
            'messages_unknown', 'messages_released', 'messages_in_flight',
            'messages_undelivered',
            'sent_last_hour', 'failed_last_hour', 'sent_today',
            'failed_today', 'hourly_cap_used', 'daily_cap_used',
        ] -%}
            coalesce(attempted.{{ column }}, 0) as {{ column }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from planned
    left join attempted
        on
            planned.user_id = attempted.user_id
            and planned.device_id = attempted.device_id
    left join guarded
        on
            planned.user_id = guarded.user_id
            and planned.device_id = guarded.device_id
    left join held
        on
            planned.user_id = held.user_id
            and planned.device_id = held.device_id

),

rated as (

    select
        *,
        {{ rate('messages_sent', 'messages_sent + messages_failed') }}
            as success_rate
    from joined

)

select * from rated
