-- All or nothing: an enrolment has rows, and each step of the definition that
-- it follows is one of them, unless it is passed: a step of its place or behind
-- was tried, and none before it is pending that never was. Of the enrolments
-- that this build folded, each looked at by itself: joined at once, all would
-- be compared with all, for the planner expects few.
with folded as (

    select folded.*
    from {{ ref('enrollments_to_fold') }} as folded
    inner join {{ ref('sequence_enrollments') }} as enrollments
        on
            folded.user_id = enrollments.user_id
            and folded.enrollment_id = enrollments.enrollment_id

),

-- Looked up again for each of them
steps as not materialized (

    select * from {{ ref('sequence_contacts') }}

),

definitions as not materialized (

    select * from {{ ref('sequence_definitions') }}

),

followed as (

    select
        folded.user_id,
        folded.enrollment_id,
        any_step.followed_hash
    from folded
    left join lateral (
        select steps.followed_hash
        from steps
        where
            steps.user_id = folded.user_id
            and steps.enrollment_id = folded.enrollment_id
        limit 1
    ) as any_step on true

),

-- What was tried and is in the definition no more has its place by its day
incomplete as (

    select
        followed.user_id,
        followed.enrollment_id
    from followed
    where
        followed.followed_hash is null
        or exists (
            select 1
            from definitions
            where
                definitions.user_id = followed.user_id
                and definitions.definition_hash = followed.followed_hash
                and not exists (
                    select 1
                    from steps
                    where
                        steps.user_id = followed.user_id
                        and steps.enrollment_id = followed.enrollment_id
                        and steps.sequence_stepid = definitions.sequence_stepid
                )
                and (
                    exists (
                        select 1
                        from steps as pending
                        inner join definitions as earlier
                            on
                                pending.user_id = earlier.user_id
                                and pending.followed_hash
                                = earlier.definition_hash
                                and pending.sequence_stepid
                                = earlier.sequence_stepid
                        where
                            pending.user_id = followed.user_id
                            and pending.enrollment_id = followed.enrollment_id
                            and pending.status = 'pending'
                            and pending.attempts_used = 0
                            and earlier.step_position
                            < definitions.step_position
                    )
                    or not exists (
                        select 1
                        from steps as tried
                        inner join definitions as reached
                            on
                                tried.user_id = reached.user_id
                                and tried.followed_hash
                                = reached.definition_hash
                                and (
                                    tried.sequence_stepid
                                    = reached.sequence_stepid
                                    or tried.current_step >= reached.day_number
                                )
                        where
                            tried.user_id = followed.user_id
                            and tried.enrollment_id = followed.enrollment_id
                            and (
                                tried.attempts_used > 0
                                or tried.status_reason = 'late'
                            )
                            and reached.step_position
                            >= definitions.step_position
                    )
                )
        )

)

select * from incomplete
