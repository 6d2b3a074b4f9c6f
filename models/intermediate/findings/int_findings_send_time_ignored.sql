with sequences as (

    select * from {{ ref('stg_app__sequences') }}
    where sequence_status <> 'archived'

),

steps as (

    select * from {{ ref('stg_app__sequence_steps') }}

),

ignored as (

    select
        sequence_id,
        sequence_id::text as example_key,
        ignored_send_time
    from sequences
    union all
    select
        sequence_id,
        sequence_stepid::text as example_key,
        ignored_send_time
    from steps

),

described as (

    select
        sequences.user_id,
        sequences.sequence_id::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (array_agg(ignored.example_key order by ignored.example_key))[1:3]
            as example_keys,
        format(
            '%s has times of day that are ignored, such as %L: not written '
            || 'HH:MM, 00:00 to 23:59, or not what time_schedule says',
            sequences.sequence_name, min(ignored.ignored_send_time)
        ) as explanation,
        format(
            'select id, day_number, time_schedule, send_time '
            || 'from {{ app_schema_name() }}.sequence_steps '
            || 'where sequence_id = %L; '
            || 'select id, time_schedule, schedule_time '
            || 'from {{ app_schema_name() }}.sequences where id = %L',
            sequences.sequence_id, sequences.sequence_id
        ) as cure
    from ignored
    inner join sequences on ignored.sequence_id = sequences.sequence_id
    where ignored.ignored_send_time is not null
    group by
        sequences.user_id, sequences.sequence_id, sequences.sequence_name

)

select * from described
