with steps as (

    select * from {{ ref('int_steps_held') }}

),

devices as (

    select * from {{ ref('int_devices_held') }}

),

receipts as (

    select * from {{ ref('stg_dispatch__delivery_receipts') }}

),

-- What holds the device holds a step that nothing else does
held as (

    select
        steps.*,
        coalesce(steps.step_hold, devices.hold_reason) as hold_reason,
        case
            when steps.step_hold is null then devices.held_until
            else steps.step_held_until
        end as held_until
    from steps
    left join lateral (
        select
            devices.hold_reason,
            devices.held_until
        from devices
        where
            devices.user_id = steps.user_id
            and devices.device_id = steps.device_id
            and steps.status = 'active'
        limit 1
    ) as devices on true

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
                    receipts.user_id = held.user_id
                    and receipts.message_id = held.message_id
            ),
            attempt_status
        ) as message_status,
        array_to_string(
            array(
                select missing.field
                from unnest(held.placeholders) as missing (field)
                where
                    held.hold_reason = 'unresolved_placeholder'
                    and not held.contact_fields ? missing.field
                order by missing.field
            ), ', '
        ) as missing_fields
    from held

)

select * from shown
