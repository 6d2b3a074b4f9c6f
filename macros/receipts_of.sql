{% macro receipts_of(attempt) -%}
    (
        select
            coalesce(bool_or(events.receipt_status <> 'failed'), false)
                as proves_sent,
            coalesce(
                bool_or(events.receipt_status not in ('sent', 'failed')), false
            ) as is_delivered,
            min(events.occurred_at) filter (
                where events.receipt_status = 'failed'
            ) as undelivered_at,
            min(events.fault_class) filter (
                where events.receipt_status = 'failed'
            ) as receipt_fault_class
        from {{ ref('stg_dispatch__receipt_events') }} as events
        where
            events.user_id = {{ attempt }}.user_id
            and events.message_id = {{ attempt }}.message_id
    )
{%- endmacro %}
