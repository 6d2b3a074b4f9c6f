with enrollments as (

    select * from {{ ref('int_enrollments_left') }}

),

tried as (

    select * from {{ ref('int_steps_tried') }}

),

-- The steps of the definition that each enrolment follows
present as (

    select
        enrollments.*,
        defined.sequence_stepid,
        enrollments.followed_hash as definition_hash,
        true as is_present
    from enrollments
    cross join lateral (
        select definitions.sequence_stepid
        from {{ ref('sequence_definitions') }} as definitions
        where
            definitions.user_id = enrollments.user_id
            and definitions.definition_hash = enrollments.followed_hash
        offset 0
    ) as defined

),

-- What was tried and is in there no more stands as it was tried
gone as (

    select
        enrollments.*,
        tried.sequence_stepid,
        tried.definition_hash,
        false as is_present
    from tried
    inner join enrollments
        on
            tried.user_id = enrollments.user_id
            and tried.enrollment_id = enrollments.enrollment_id
    where
        tried.verdict <> 'released'
        and not exists (
            select 1
            from {{ ref('sequence_definitions') }} as definitions
            where
                definitions.user_id = enrollments.user_id
                and definitions.definition_hash = enrollments.followed_hash
                and definitions.sequence_stepid = tried.sequence_stepid
        )

),

unioned as (

    select * from present
    union all
    select * from gone

)

select * from unioned
