-- No double send: the ledger still has what the last fold saw there. One that
-- was restored from an older backup has not, and what it forgot would go out
-- again. This stands before the fold, which would forget it, too. Of the
-- enrolments that this build folds. To send again what the ledger lacks:
-- dbt build --vars 'accept_lost_ledger: true'.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

-- Each looked up by itself, from the index
tried as (

    select found.*
    from folded
    cross join
        lateral (
            select
                steps.user_id,
                steps.enrollment_id,
                steps.sequence_stepid,
                steps.attempts_used
            from {{ last_contacts() }} as steps
            where
                steps.user_id = folded.user_id
                and steps.enrollment_id = folded.enrollment_id
                and steps.attempts_used > 0
            offset 0
        ) as found

),

counted as (

    select
        tried.user_id,
        tried.enrollment_id,
        tried.sequence_stepid,
        tried.attempts_used,
        ledger.attempt_count
    from tried
    cross join
        lateral (
            select count(*) as attempt_count
            from attempts
            where
                attempts.user_id = tried.user_id
                and attempts.enrollment_id = tried.enrollment_id
                and attempts.sequence_stepid = tried.sequence_stepid
        ) as ledger

)

select * from counted
where
    not {{ var('accept_lost_ledger') }}
    and attempts_used > attempt_count
