with steps as (

    select * from {{ ref('int_sequence_steps_placed') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

described as (

    select
        steps.user_id,
        steps.sequence_id::text as subject_id,
        1 as affected_count,
        null::numeric as share,
        array[steps.sequence_stepid::text] as example_keys,
        format(
            '%s leads on to %s, which is not active: nobody goes on until it '
            || 'is', sequences.sequence_name, targets.sequence_name
        ) as explanation,
        -- To start it sends to all who wait for it: that is for a person
        format(
            'select id, name, status, is_active '
            || 'from {{ app_schema_name() }}.sequences where id in (%L, %L)',
            steps.sequence_id, targets.sequence_id
        ) as cure
    from steps
    inner join sequences on steps.sequence_id = sequences.sequence_id
    inner join sequences as targets
        on
            steps.user_id = targets.user_id
            and steps.next_sequence_id = targets.sequence_id
    where not targets.is_active and sequences.sequence_status <> 'archived'

)

select * from described
