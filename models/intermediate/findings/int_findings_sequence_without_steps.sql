with sequences as (

    select * from {{ ref('stg_app__sequences') }}
    where is_active

),

steps as (

    select * from {{ ref('stg_app__sequence_steps') }}

),

described as (

    select
        sequences.user_id,
        sequences.sequence_id::text as subject_id,
        1 as affected_count,
        null::numeric as share,
        null::text[] as example_keys,
        format(
            '%s has no step, so it enrols nobody: give it one, or make it a '
            || 'draft',
            sequences.sequence_name
        ) as explanation,
        format(
            'update {{ app_schema_name() }}.sequences '
            || 'set status = ''draft'', is_active = false where id = %L',
            sequences.sequence_id
        ) as cure
    from sequences
    where
        not exists (
            select 1 from steps
            where steps.sequence_id = sequences.sequence_id
        )

)

select * from described
