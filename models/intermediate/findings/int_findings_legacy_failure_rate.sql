-- A message of a campaign has no sequence that could fail
with messages as (

    select * from {{ ref('stg_legacy__broadcast_messages') }}
    where sequence_id is not null

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

summarised as (

    select
        messages.user_id,
        messages.sequence_id,
        count(*) filter (where messages.is_failed) as failed_count,
        count(*) filter (where messages.is_sent) as sent_count
    from messages
    group by messages.user_id, messages.sequence_id

),

described as (

    select
        summarised.user_id,
        summarised.sequence_id::text as subject_id,
        summarised.failed_count as affected_count,
        {{ rate(
            'summarised.failed_count',
            'summarised.failed_count + summarised.sent_count'
        ) }} as share,
        null::text[] as example_keys,
        format(
            'the old system sent %s and failed %s messages of %s',
            summarised.sent_count,
            summarised.failed_count,
            coalesce(sequences.sequence_name, 'a sequence that is gone')
        ) as explanation,
        format(
            'select device_id, error_message, count(*) from '
            || '{{ var("legacy_schema", "legacy") }}.broadcast_messages '
            || 'where user_id = %L and sequence_id = %L '
            || 'and (status = ''failed'' '
            || 'or (status = ''sent'' and error_message <> '''')) '
            || 'group by 1, 2',
            summarised.user_id, summarised.sequence_id
        ) as cure
    from summarised
    left join sequences
        on
            summarised.user_id = sequences.user_id
            and summarised.sequence_id = sequences.sequence_id
    where summarised.failed_count > summarised.sent_count

)

select * from described
