with recursive steps as (

    select * from {{ ref('int_sequence_steps_chained') }}
    where is_chained

),

entries as (

    select distinct on (sequence_id) *
    from steps
    where is_entry_point
    order by sequence_id, day_position

),

-- From the entry on, no step twice: so never further than there are steps
walked as (

    select
        user_id,
        sequence_id,
        sequence_stepid,
        next_stepid,
        1 as chain_position,
        array[sequence_stepid::text] as visited
    from entries
    union all
    select
        steps.user_id,
        steps.sequence_id,
        steps.sequence_stepid,
        steps.next_stepid,
        walked.chain_position + 1 as chain_position,
        walked.visited || steps.sequence_stepid::text as visited
    from walked
    inner join steps
        on
            walked.sequence_id = steps.sequence_id
            and walked.next_stepid = steps.sequence_stepid::text
    where steps.sequence_stepid::text <> all(walked.visited)

),

judged as (

    select
        user_id,
        sequence_id,
        sequence_stepid,
        chain_position,
        coalesce(next_stepid = any(visited), false) as closes_circle
    from walked

)

select * from judged
