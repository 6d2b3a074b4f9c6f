{%- set step = 'user_id, sequence_id, sequence_stepid' -%}

with known as (

    select * from {{ ref('int_steps_known') }}

),

sequences as (

    select * from {{ ref('int_sequences_known') }}

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
        {{ step }},
        {{ bucket_counts() }}
    from steps
    group by {{ step }}

),

-- Memory that was lost leaves steps that only the ledger still tells of
keyed as (

    {% for part in ['known', 'counted', 'messages'] -%}
        select {{ step }} from {{ part }}
        {% if not loop.last %}union distinct{% endif %}
    {% endfor %}

),

joined as (

    select
        keyed.*,
        sequences.sequence_name,
        coalesce(known.day_number, messages.day_number) as day_number,
        known.step_position,
        known.message_type,
        coalesce(known.is_current, false) as is_current,
        {{ buckets_or_zeros('counted') }},
        coalesce(planned.recipients, 0) as recipients,
        coalesce(messages.recipients_sent, 0) as recipients_sent,
        coalesce(messages.recipients_replied, 0) as recipients_replied,
        coalesce(messages.messages_sent, 0) as messages_sent,
        coalesce(messages.messages_delivered, 0) as messages_delivered,
        coalesce(messages.messages_read, 0) as messages_read,
        coalesce(messages.messages_undelivered, 0) as messages_undelivered
    from keyed
    left join sequences
        on
            keyed.user_id = sequences.user_id
            and keyed.sequence_id = sequences.sequence_id
    {% for part in ['known', 'counted', 'planned', 'messages'] -%}
        left join {{ part }}
            on
                keyed.user_id = {{ part }}.user_id
                and keyed.sequence_id = {{ part }}.sequence_id
                and keyed.sequence_stepid = {{ part }}.sequence_stepid
    {% endfor %}

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
