with attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

receipts as (

    select * from {{ ref('stg_dispatch__delivery_receipts') }}

),

-- One row per step that anything was ever tried for: no fan-out downstream
latest as (

    select distinct on (user_id, enrollment_id, sequence_stepid) *
    from attempts
    order by
        user_id asc, enrollment_id asc, sequence_stepid asc, attempt_no desc

),

described as (

    select
        latest.*,
        coalesce(
            receipts.receipt_status, latest.attempt_status
        ) as message_status
    from latest
    left join receipts
        on
            latest.user_id = receipts.user_id
            and latest.message_id = receipts.message_id

)

select * from described
