with steps as (

    select * from {{ ref('int_steps_gathered') }}

),

defined as (

    select
        steps.*,
        definitions.step_position,
        definitions.day_number as defined_day_number,
        definitions.send_time,
        definitions.time_zone,
        definitions.quiet_from,
        definitions.quiet_until,
        definitions.skip_weekends,
        definitions.on_failure,
        definitions.on_unknown,
        definitions.unknown_grace_minutes,
        definitions.on_undelivered,
        definitions.on_late,
        definitions.late_after_hours,
        definitions.advance_on,
        definitions.receipt_deadline_hours as defined_deadline_hours,
        case when steps.may_lead_on then definitions.next_sequence_id end
            as next_sequence_id,
        coalesce(
            definitions.delay_hours, {{ var('default_delay_hours') }}
        ) as delay_hours
    from steps
    left join lateral (
        select recorded.*
        from {{ ref('sequence_definitions') }} as recorded
        where
            recorded.user_id = steps.user_id
            and recorded.definition_hash = steps.definition_hash
            and recorded.sequence_stepid = steps.sequence_stepid
        limit 1
    ) as definitions on true

)

select * from defined
