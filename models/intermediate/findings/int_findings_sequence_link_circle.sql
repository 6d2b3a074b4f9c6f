with recursive placed as (

    select * from {{ ref('int_sequence_steps_placed') }}
    where next_sequence_id is not null

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}
    where sequence_status <> 'archived'

),

steps as (

    select
        placed.user_id,
        placed.sequence_id::text as sequence_id,
        placed.sequence_stepid,
        placed.next_sequence_id::text as next_sequence_id,
        sequences.sequence_name
    from placed
    inner join sequences on placed.sequence_id = sequences.sequence_id

),

-- From every sequence along the links, no sequence twice
walked as (

    select
        user_id,
        sequence_stepid,
        next_sequence_id,
        array[sequence_id] as visited,
        array[sequence_name] as sequence_names
    from steps
    union all
    select
        steps.user_id,
        steps.sequence_stepid,
        steps.next_sequence_id,
        walked.visited || steps.sequence_id as visited,
        walked.sequence_names || steps.sequence_name as sequence_names
    from walked
    inner join steps
        on
            walked.user_id = steps.user_id
            and walked.next_sequence_id = steps.sequence_id
    where steps.sequence_id <> all(walked.visited)

),

-- A circle is told once, from its lowest id on
described as (

    select
        steps.user_id,
        steps.visited[1] as subject_id,
        cardinality(steps.visited) as affected_count,
        null::numeric as share,
        steps.visited[1:3] as example_keys,
        format(
            'the links of %s lead in a circle',
            array_to_string(steps.sequence_names, ', ')
        ) as explanation,
        {{ step_update('next_trigger = null') }} as cure
    from walked as steps
    where
        steps.next_sequence_id = steps.visited[1]
        and steps.visited[1] <= all(steps.visited)

)

select * from described
