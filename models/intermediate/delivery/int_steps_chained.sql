with attempted as (

    select * from {{ ref('int_steps_attempted') }}

),

defined as (

    select * from {{ ref('int_steps_defined') }}

),

recorded as (

    select * from {{ ref('sequence_definitions') }}

),

frontiers as (

    select * from {{ ref('int_enrollments_advanced') }}

),

-- A step that is gone from the definition keeps the delay it was sent with
tried as (

    select
        attempted.user_id,
        attempted.enrollment_id,
        attempted.sequence_stepid,
        attempted.first_claimed_at,
        coalesce(
            defined.step_position, recorded.step_position
        ) as step_position,
        coalesce(
            defined.definition_hash, recorded.definition_hash
        ) as definition_hash,
        recorded.day_number,
        coalesce(defined.delay_hours, recorded.delay_hours) as delay_hours,
        coalesce(defined.on_failure, recorded.on_failure) as on_failure,
        coalesce(defined.on_unknown, recorded.on_unknown) as on_unknown,
        coalesce(
            defined.unknown_grace_minutes, recorded.unknown_grace_minutes
        ) as unknown_grace_minutes
    from attempted
    inner join recorded
        on
            attempted.user_id = recorded.user_id
            and attempted.definition_hash = recorded.definition_hash
            and attempted.sequence_stepid = recorded.sequence_stepid
    left join defined
        on
            attempted.user_id = defined.user_id
            and attempted.enrollment_id = defined.enrollment_id
            and attempted.sequence_stepid = defined.sequence_stepid
    where attempted.verdict <> 'released'

),

untried as (

    select
        defined.user_id,
        defined.enrollment_id,
        defined.sequence_stepid,
        null::timestamptz as first_claimed_at,
        defined.step_position,
        defined.definition_hash,
        defined.day_number,
        defined.delay_hours,
        defined.on_failure,
        defined.on_unknown,
        defined.unknown_grace_minutes
    from defined
    left join frontiers
        on
            defined.user_id = frontiers.user_id
            and defined.enrollment_id = frontiers.enrollment_id
    where defined.step_position > coalesce(frontiers.frontier, 0)

),

unioned as (

    select * from tried
    union all
    select * from untried

),

-- Steps go out one after another, so the tried ones come first, in the order
-- in which they were tried
chained as (

    select
        *,
        row_number() over (
            partition by user_id, enrollment_id
            order by first_claimed_at asc nulls last, step_position asc
        ) as chain_no
    from unioned

)

select * from chained
