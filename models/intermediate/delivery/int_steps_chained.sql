with steps as (

    select
        *,
        verdict not in ('none', 'released') as is_tried
    from {{ ref('int_steps_described') }}

),

-- Where a tried step stands today: its own place, else that of the last step
-- whose day_number is not beyond it, so that steps re-created with new ids
-- are not sent again
placed as (

    select
        *,
        case
            when is_present then step_position
            else coalesce(
                max(step_position) filter (where is_present) over (
                    partition by user_id, enrollment_id
                    order by day_number asc
                    range between unbounded preceding and current row
                ), 0
            )
        end as place
    from steps

),

-- Everything up to the frontier is passed and gets no row
advanced as (

    select
        *,
        max(place) filter (where is_tried) over (
            partition by user_id, enrollment_id
        ) as frontier
    from placed

),

-- Steps go out one after another, so the tried ones come first, in the order
-- in which they were tried
chained as (

    select
        *,
        row_number() over chain as chain_no,
        count(*) filter (where attempts_used > 0) over (
            chain rows between 1 following and unbounded following
        ) > 0 as is_passed,
        lead(sequence_stepid) over chain is null as is_last
    from advanced
    where is_tried or place > coalesce(frontier, 0)
    window chain as (
        partition by user_id, enrollment_id
        order by tried_at asc nulls last, step_position asc, sequence_stepid asc
    )

)

select * from chained
