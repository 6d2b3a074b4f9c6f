with steps as (

    select * from {{ ref('int_steps_held') }}

),

receipts as (

    select * from {{ ref('stg_dispatch__delivery_receipts') }}

),

-- Live: what was sent since the last build shows at once
shown as (

    select
        *,
        case
            when hold_reason = 'awaiting_build' and attempt_status = 'sent'
                then 'sent'
            else status
        end as step_status,
        coalesce(
            (
                select receipts.receipt_status from receipts
                where
                    receipts.user_id = steps.user_id
                    and receipts.message_id = steps.message_id
            ),
            attempt_status
        ) as message_status,
        array_to_string(
            array(
                select missing.field
                from unnest(steps.placeholders) as missing (field)
                where
                    steps.hold_reason = 'unresolved_placeholder'
                    and not steps.contact_fields ? missing.field
                order by missing.field
            ), ', '
        ) as missing_fields
    from steps

)

select * from shown
