-- One question, one answer: per tenant, the log, the funnel and the devices
-- agree on the messages sent, the log and the devices also on those of today.
with log as (

    select
        user_id,
        count(*) filter (where attempt_outcome = 'sent') as messages_sent,
        count(*) filter (
            where attempt_outcome = 'sent' and claimed_at <= {{ now_utc() }}
            and attempt_date
            = {{ local_date(now_utc(), literal(var('time_zone'))) }}
        ) as sent_today
    from {{ ref('message_log') }}
    group by user_id

),

devices as (

    select
        user_id,
        sum(messages_sent) as messages_sent,
        sum(sent_today) as sent_today
    from {{ ref('device_performance_monitor') }}
    group by user_id

),

funnel as (

    select
        user_id,
        sum(messages_sent) as messages_sent
    from {{ ref('step_funnel') }}
    group by user_id

),

disagreeing as (

    select
        log.user_id,
        log.messages_sent as sent_by_log,
        devices.messages_sent as sent_by_devices,
        funnel.messages_sent as sent_by_funnel,
        log.sent_today as today_by_log,
        devices.sent_today as today_by_devices
    from log
    left join devices on log.user_id = devices.user_id
    left join funnel on log.user_id = funnel.user_id
    where
        log.messages_sent is distinct from devices.messages_sent
        or log.messages_sent is distinct from funnel.messages_sent
        or log.sent_today is distinct from devices.sent_today

)

select * from disagreeing
