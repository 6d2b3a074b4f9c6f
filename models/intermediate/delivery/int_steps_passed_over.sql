with enrollments as (

    select * from {{ ref('enrollments_to_fold') }}

),

-- Recorded skips of the enrolments folded; the latest of a step counts
skipped as (

    select distinct on (
        decisions.user_id, decisions.enrollment_id, decisions.sequence_stepid
    )
        decisions.user_id,
        decisions.enrollment_id,
        decisions.sequence_stepid,
        decisions.reason,
        decisions.definition_hash,
        decisions.decided_at
    from enrollments
    cross join
        lateral (
            select decided.*
            from {{ ref('sequence_decisions') }} as decided
            where
                decided.user_id = enrollments.user_id
                and decided.enrollment_id = enrollments.enrollment_id
                and decided.decision = 'skip'
            offset 0
        ) as decisions
    order by
        decisions.user_id asc,
        decisions.enrollment_id asc,
        decisions.sequence_stepid asc,
        decisions.decided_at desc

)

select * from skipped
