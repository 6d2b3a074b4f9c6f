{%- set step = 'user_id, sequence_id, sequence_stepid' -%}

with known as (

    select * from {{ ref('int_steps_known') }}

),

planned as (

    select * from {{ ref('int_steps_planned') }}

),

messages as (

    select * from {{ ref('int_messages_counted') }}

),

-- Memory that was lost leaves steps that only the ledger still tells of
keyed as (

    {% for part in ['known', 'planned', 'messages'] -%}
        select {{ step }} from {{ part }}
        {% if not loop.last %}union distinct{% endif %}
    {% endfor %}

),

counted as (

    select
        keyed.*,
        coalesce(known.day_number, messages.day_number) as day_number,
        known.step_position,
        known.message_type,
        coalesce(known.is_current, false) as is_current,
        {{ buckets_or_zeros('planned') }},
        coalesce(planned.recipients, 0) as recipients,
        coalesce(messages.recipients_sent, 0) as recipients_sent,
        coalesce(messages.recipients_replied, 0) as recipients_replied,
        coalesce(messages.messages_sent, 0) as messages_sent,
        coalesce(messages.messages_delivered, 0) as messages_delivered,
        coalesce(messages.messages_read, 0) as messages_read,
        coalesce(messages.messages_undelivered, 0) as messages_undelivered
    from keyed
    {% for part in ['known', 'planned', 'messages'] -%}
        left join {{ part }}
            on
                keyed.user_id = {{ part }}.user_id
                and keyed.sequence_id = {{ part }}.sequence_id
                and keyed.sequence_stepid = {{ part }}.sequence_stepid
    {% endfor %}

)

select * from counted
