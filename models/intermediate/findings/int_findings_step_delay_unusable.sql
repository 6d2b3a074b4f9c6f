with steps as (

    select * from {{ ref('stg_app__sequence_steps') }}
    where is_delay_unusable

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}
    where sequence_status <> 'archived'

),

described as (

    select
        sequences.user_id,
        sequences.sequence_id::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (
            array_agg(
                steps.sequence_stepid::text order by steps.sequence_stepid
            )
        )[1:3] as example_keys,
        format(
            '%s has steps whose delay is negative, for which %s hours are used,'
            || ' or beyond %s hours, for which these are',
            sequences.sequence_name,
            {{ var('default_delay_hours') }},
            {{ var('longest_delay_hours') }}
        ) as explanation,
        format(
            'update {{ app_schema_name() }}.sequence_steps set '
            || 'trigger_delay_hours = case when trigger_delay_hours < 0 '
            || 'then %s else %s end where sequence_id = %L '
            || 'and trigger_delay_hours not between 0 and %s',
            {{ var('default_delay_hours') }},
            {{ var('longest_delay_hours') }},
            sequences.sequence_id,
            {{ var('longest_delay_hours') }}
        ) as cure
    from steps
    inner join sequences on steps.sequence_id = sequences.sequence_id
    group by
        sequences.user_id, sequences.sequence_id, sequences.sequence_name

)

select * from described
