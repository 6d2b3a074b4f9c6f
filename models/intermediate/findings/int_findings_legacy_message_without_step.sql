with messages as (

    select * from {{ ref('stg_legacy__broadcast_messages') }}
    where sequence_id is not null and sequence_stepid is null

),

described as (

    select
        user_id,
        sequence_id::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (array_agg(message_id::text order by message_id))[1:3]
            as example_keys,
        format(
            '%s messages of the old system do not say which step they were; '
            || 'those of the ledger do',
            count(*)
        ) as explanation,
        format(
            'select * from '
            || '{{ var("legacy_schema", "legacy") }}.broadcast_messages '
            || 'where user_id = %L and sequence_id = %L '
            || 'and sequence_stepid is null',
            user_id, sequence_id
        ) as cure
    from messages
    group by user_id, sequence_id

)

select * from described
