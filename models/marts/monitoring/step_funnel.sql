with known as (

    select * from {{ ref('int_steps_known') }}

),

steps as (

    select * from {{ ref('int_steps_bucketed') }}

),

planned as (

    select * from {{ ref('int_recipients_planned') }}

),

messages as (

    select * from {{ ref('int_messages_counted') }}

),

counted as (

    select
        user_id,
        sequence_stepid,
        {{ bucket_counts() }}
    from steps
    group by user_id, sequence_stepid

),

joined as (

    select
        known.*,
        {{ buckets_or_zeros('counted') }},
        coalesce(planned.recipients, 0) as recipients,
        coalesce(messages.recipients_sent, 0) as recipients_sent,
        coalesce(messages.recipients_replied, 0) as recipients_replied,
        coalesce(messages.messages_sent, 0) as messages_sent,
        coalesce(messages.messages_delivered, 0) as messages_delivered,
        coalesce(messages.messages_read, 0) as messages_read,
        coalesce(messages.messages_undelivered, 0) as messages_undelivered
    from known
    left join counted
        on
            known.user_id = counted.user_id
            and known.sequence_stepid = counted.sequence_stepid
    left join planned
        on
            known.user_id = planned.user_id
            and known.sequence_stepid = planned.sequence_stepid
    left join messages
        on
            known.user_id = messages.user_id
            and known.sequence_stepid = messages.sequence_stepid

),

-- A step that is gone stays while anything was planned or sent for it
described as (

    select
        *,
        {{ rate('done', 'done + failed') }} as success_rate,
        {{ rate('messages_delivered', 'messages_sent') }} as delivery_rate,
        {{ rate('messages_read', 'messages_sent') }} as read_rate,
        {{ rate('recipients_replied', 'recipients_sent') }} as reply_rate
    from joined
    where is_current or should > 0 or messages_sent > 0

)

select * from described
