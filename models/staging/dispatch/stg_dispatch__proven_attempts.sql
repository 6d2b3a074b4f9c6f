with broadcast_messages as (

    select * from {{ source('dispatch', 'broadcast_messages') }}

),

delivery_receipts as (

    select * from {{ source('dispatch', 'delivery_receipts') }}

),

-- Its own model, as stg_dispatch__content_faults. Judged as the fold does it.
proven as (

    select
        broadcast_messages.user_id,
        broadcast_messages.enrollment_id,
        broadcast_messages.sequence_stepid,
        broadcast_messages.attempt_no
    from broadcast_messages
    cross join
        lateral (
            select
                bool_or(heard.status <> 'failed') as proves_sent,
                bool_or(heard.status not in ('sent', 'failed'))
                    as is_delivered,
                bool_or(heard.status = 'failed') as has_failed
            from delivery_receipts as heard
            where
                heard.user_id = broadcast_messages.user_id
                and heard.message_id = broadcast_messages.id
        ) as receipts
    where
        receipts.is_delivered
        or (
            (broadcast_messages.status = 'sent' or receipts.proves_sent)
            and not (
                coalesce(receipts.has_failed, false)
                and broadcast_messages.status
                in ('sent', 'sending', 'unknown')
            )
        )

)

select * from proven
