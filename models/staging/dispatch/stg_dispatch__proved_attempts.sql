with broadcast_messages as (

    select * from {{ source('dispatch', 'broadcast_messages') }}

),

delivery_receipts as (

    select * from {{ source('dispatch', 'delivery_receipts') }}

),

-- Its own model, as stg_dispatch__device_attempts: what one query reads
-- twice, Postgres copies whole first. Judged as int_attempts_judged does.
proved as (

    select
        attempts.user_id,
        attempts.enrollment_id,
        attempts.sequence_stepid,
        attempts.attempt_no
    from broadcast_messages as attempts
    cross join
        lateral (
            select
                coalesce(bool_or(receipts.status <> 'failed'), false)
                    as proves_sent,
                coalesce(
                    bool_or(receipts.status not in ('sent', 'failed')), false
                ) as is_delivered,
                coalesce(bool_or(receipts.status = 'failed'), false)
                    as is_undelivered
            from delivery_receipts as receipts
            where
                receipts.user_id = attempts.user_id
                and receipts.message_id = attempts.id
        ) as heard
    where
        heard.is_delivered
        or (
            (attempts.status = 'sent' or heard.proves_sent)
            and not (
                heard.is_undelivered
                and attempts.status in ('sending', 'sent', 'unknown')
            )
        )

)

select * from proved
