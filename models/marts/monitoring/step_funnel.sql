with known as (

    select * from {{ ref('int_steps_known') }}

),

steps as (

    select * from {{ ref('int_steps_bucketed') }}

),

messages as (

    select * from {{ ref('int_messages_counted') }}

),

counted as (

    select
        known.user_id,
        known.sequence_stepid,
        {{ bucket_counts() }},
        count(distinct steps.contact_phone) as recipients
    from known
    left join steps
        on
            known.user_id = steps.user_id
            and known.sequence_stepid = steps.sequence_stepid
    group by known.user_id, known.sequence_stepid

),

joined as (

    select
        known.*,
        counted.should,
        counted.done,
        counted.failed,
        counted.remaining,
        counted.cancelled,
        counted.skipped,
        counted.recipients,
        coalesce(messages.recipients_sent, 0) as recipients_sent,
        coalesce(messages.recipients_replied, 0) as recipients_replied,
        coalesce(messages.messages_sent, 0) as messages_sent,
        coalesce(messages.messages_delivered, 0) as messages_delivered,
        coalesce(messages.messages_read, 0) as messages_read,
        coalesce(messages.messages_undelivered, 0) as messages_undelivered
    from known
    inner join counted
        on
            known.user_id = counted.user_id
            and known.sequence_stepid = counted.sequence_stepid
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
