with contacts as (

    select * from {{ ref('stg_legacy__sequence_contacts') }}
    where
        step_status = 'completed'
        and next_trigger_time > {{ now_utc() }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

-- Whose a sequence was that is gone, only its contacts know
owned as (

    select
        coalesce(sequences.user_id, contacts.user_id) as user_id,
        contacts.sequence_id,
        sequences.sequence_name,
        sequences.sequence_id is null as is_gone
    from contacts
    left join sequences on contacts.sequence_id = sequences.sequence_id

),

described as (

    select
        user_id,
        sequence_id::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        null::text[] as example_keys,
        format(
            'the old system calls %s steps of %s completed although their '
            || 'next_trigger_time lies ahead',
            count(*), coalesce(sequence_name, 'a sequence that is gone')
        ) as explanation,
        format(
            'update {{ var("legacy_schema", "legacy") }}.sequence_contacts '
            || 'set next_trigger_time = null '
            || 'where sequence_id = %L and status = ''completed'' '
            || 'and next_trigger_time '
            || '> dispatch.now_utc() at time zone ''UTC''%s',
            sequence_id,
            case when is_gone then format(' and user_id = %L', user_id) end
        ) as cure
    from owned
    where user_id is not null
    group by user_id, sequence_id, sequence_name, is_gone

)

select * from described
