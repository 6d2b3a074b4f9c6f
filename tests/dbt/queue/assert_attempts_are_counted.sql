-- What the ledger holds of a step is what its row says: how often it was tried,
-- and, an hour's difference of clocks aside, that it was not completed before
-- it was. Of the enrolments that this build folded, and of the attempts that it
-- must have seen: what is settled meanwhile is for the next one.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

-- Each looked up by itself, from the index
contacts as not materialized (

    select * from {{ ref('sequence_contacts') }}

),

attempts as not materialized (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

steps as (

    select found.*
    from folded
    cross join
        lateral (
            select contacts.* from contacts
            where
                contacts.user_id = folded.user_id
                and contacts.enrollment_id = folded.enrollment_id
            offset 0
        ) as found

),

-- A receipt that it was delivered makes an attempt of one that was given back
counted as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid,
        steps.attempts_used,
        steps.completed_at,
        ledger.*
    from steps
    cross join
        lateral (
            select
                count(*) filter (where attempts.attempt_status <> 'released')
                    as fewest_used,
                count(*) as most_used,
                min(attempts.claimed_at) as first_claimed_at,
                bool_and(
                    attempts.row_xid < (
                        select watermarks.watermark
                        from {{ ref('fold_watermarks') }} as watermarks
                        where watermarks.is_applied
                    )
                ) as was_seen
            from attempts
            where
                attempts.user_id = steps.user_id
                and attempts.enrollment_id = steps.enrollment_id
                and attempts.sequence_stepid = steps.sequence_stepid
        ) as ledger

)

select * from counted
where
    coalesce(was_seen, true)
    and (
        attempts_used not between fewest_used and most_used
        or completed_at < first_claimed_at - interval '1 hour'
    )
