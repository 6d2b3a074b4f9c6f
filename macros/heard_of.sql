{% macro heard_of(message) -%}
    {# What receipts say of the last message of a step; the failure is asked
       only of what may be undelivered, which is little. #}
    left join lateral (
        select receipts.receipt_status
        from {{ ref('stg_dispatch__delivery_receipts') }} as receipts
        where
            receipts.user_id = {{ message }}.user_id
            and receipts.message_id = {{ message }}.message_id
        limit 1
    ) as receipt on true
    left join lateral (
        select
            true as is_undelivered,
            coalesce(failures.fault_class, 'UNCLASSIFIED') as fault_class,
            failures.error_message
        from {{ ref('stg_dispatch__receipt_events') }} as failures
        where
            failures.user_id = {{ message }}.user_id
            and failures.message_id = {{ message }}.message_id
            and failures.receipt_status = 'failed'
            and receipt.receipt_status in ('failed', 'sent')
            and {{ message }}.attempt_status in ('sent', 'sending', 'unknown')
        limit 1
    ) as failure on true
{%- endmacro %}
