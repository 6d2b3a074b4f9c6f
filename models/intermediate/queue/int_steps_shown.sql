with steps as (

    select * from {{ ref('int_steps_held') }}

),

devices as (

    select * from {{ ref('int_devices_held') }}

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
        held.*,
        case
            when
                held.hold_reason = 'awaiting_build'
                and held.attempt_status = 'sent'
                and held.has_attempt
                then 'sent'
            else held.status
        end as step_status,
        coalesce(receipt.receipt_status, held.attempt_status)
            as message_status,
        case
            when failure.is_undelivered then failure.fault_class
            else held.fault_class
        end as reported_fault_class,
        coalesce(failure.error_message, held.error_message)
            as reported_error,
        {{ missing_fields('held') }} as missing_fields
    from held
    {{ heard_of('held') }}

)

select * from shown
