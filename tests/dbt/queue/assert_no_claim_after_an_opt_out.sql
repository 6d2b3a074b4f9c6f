-- The last word is at claim time: the latest wish of the number that a claim
-- could see was not to opt out. Snapshots are compared, not clocks, and only
-- among rows that one cluster has numbered. Of the enrolments that this build
-- folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

attempts as (

    select * from {{ source('dispatch', 'broadcast_messages') }}

),

suppressions as (

    select * from {{ source('dispatch', 'suppressions') }}

),

last_wishes as (

    select distinct on (attempts.user_id, attempts.id)
        attempts.user_id,
        attempts.id as message_id,
        suppressions.kind,
        suppressions.occurred_at
    from folded
    inner join attempts
        on
            folded.user_id = attempts.user_id
            and folded.enrollment_id = attempts.enrollment_id
    inner join suppressions
        on
            attempts.user_id = suppressions.user_id
            and attempts.recipient_phone = suppressions.phone
            and attempts.system_identifier = suppressions.system_identifier
            and pg_visible_in_snapshot(
                suppressions.row_xid, attempts.claim_snapshot
            )
    order by attempts.user_id asc, attempts.id asc, suppressions.id desc

),

unwanted as (

    select * from last_wishes
    where kind = 'opt_out'

)

select * from unwanted
