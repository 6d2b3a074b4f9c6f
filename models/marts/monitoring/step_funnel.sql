with steps as (

    select * from {{ ref('int_steps_counted') }}

),

sequences as (

    select * from {{ ref('int_sequences_known') }}

),

-- A step that is gone stays while anything was planned or sent for it
shown as (

    select
        steps.user_id,
        steps.sequence_id,
        steps.sequence_stepid,
        sequences.sequence_name,
        steps.day_number,
        steps.step_position,
        steps.message_type,
        steps.is_current,
        steps.should,
        steps.done,
        steps.failed,
        steps.remaining,
        steps.cancelled,
        steps.skipped,
        steps.recipients,
        steps.recipients_sent,
        steps.recipients_replied,
        steps.messages_sent,
        steps.messages_delivered,
        steps.messages_read,
        steps.messages_undelivered,
        {{ rate('steps.done', 'steps.done + steps.failed') }} as success_rate,
        {{ rate('steps.messages_delivered', 'steps.messages_sent') }}
            as delivery_rate,
        {{ rate('steps.messages_read', 'steps.messages_sent') }} as read_rate,
        {{ rate('steps.recipients_replied', 'steps.recipients_sent') }}
            as reply_rate
    from steps
    left join sequences
        on
            steps.user_id = sequences.user_id
            and steps.sequence_id = sequences.sequence_id
    where steps.is_current or steps.should > 0 or steps.messages_sent > 0

)

select * from shown
