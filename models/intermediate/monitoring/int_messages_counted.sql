with attempts as (

    select * from {{ ref('int_attempts_reported') }}
    where attempt_outcome = 'sent' or is_undelivered

),

replies as (

    select * from {{ ref('int_attempts_replied') }}

),

-- Messages are attempts that were sent, recipients the numbers they went to:
-- somebody who got a message twice is one of them. What was not delivered need
-- not be known as sent.
counted as (

    select
        attempts.user_id,
        attempts.sequence_id,
        attempts.sequence_stepid,
        max(attempts.day_number) as day_number,
        count(*) filter (where attempts.attempt_outcome = 'sent')
            as messages_sent,
        count(*) filter (where attempts.is_delivered) as messages_delivered,
        count(*) filter (where attempts.is_read) as messages_read,
        count(*) filter (where attempts.is_undelivered)
            as messages_undelivered,
        count(distinct attempts.recipient_phone)
        filter (where attempts.attempt_outcome = 'sent')
            as recipients_sent,
        count(distinct attempts.recipient_phone)
        filter (where replies.message_id is not null)
            as recipients_replied
    from attempts
    left join replies
        on
            attempts.user_id = replies.user_id
            and attempts.message_id = replies.message_id
    group by
        attempts.user_id,
        attempts.sequence_id,
        attempts.sequence_stepid

)

select * from counted
