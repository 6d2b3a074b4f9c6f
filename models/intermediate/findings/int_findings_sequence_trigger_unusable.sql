with entered as (

    select * from {{ ref('int_sequences_entered') }}
    where
        trigger_match = 'exact'
        and position(',' in entry_trigger) > 0
        and sequence_status <> 'archived'

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

-- Who wrote it may have meant each part, or both together
described as (

    select
        entered.user_id,
        entered.sequence_id::text as subject_id,
        1 as affected_count,
        null::numeric as share,
        null::text[] as example_keys,
        format(
            '%s has the trigger %L, which no lead can name: a comma parts '
            || 'what a lead names',
            sequences.sequence_name, entered.entry_trigger
        ) as explanation,
        format(
            'select trigger, count(*) from {{ app_schema_name() }}.leads '
            || 'where user_id = %L group by 1 order by 2 desc',
            entered.user_id
        ) as cure
    from entered
    inner join sequences on entered.sequence_id = sequences.sequence_id

)

select * from described
