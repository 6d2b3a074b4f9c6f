with contacts as (

    select * from {{ ref('stg_legacy__sequence_contacts') }}
    where
        step_status = 'completed'
        and next_trigger_time > {{ now_utc() }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

described as (

    select
        sequences.user_id,
        sequences.sequence_id::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        null::text[] as example_keys,
        format(
            'the old system calls %s steps of %s completed although their '
            || 'next_trigger_time lies ahead',
            count(*), sequences.sequence_name
        ) as explanation,
        format(
            'update {{ var("legacy_schema", "legacy") }}.sequence_contacts '
            || 'set next_trigger_time = null '
            || 'where sequence_id = %L and status = ''completed''',
            sequences.sequence_id
        ) as cure
    from contacts
    inner join sequences on contacts.sequence_id = sequences.sequence_id
    group by
        sequences.user_id, sequences.sequence_id, sequences.sequence_name

)

select * from described
