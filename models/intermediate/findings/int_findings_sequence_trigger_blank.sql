with sequences as (

    select * from {{ ref('int_sequences_untriggered') }}

),

described as (

    select
        user_id,
        sequence_id::text as subject_id,
        affected_count,
        null::numeric as share,
        example_keys,
        format(
            '%s has no trigger, so it enrols nobody: %s leads are stranded',
            sequence_name, affected_count
        ) as explanation,
        case
            when entry_token is not null
                then format(
                    'update {{ app_schema_name() }}.sequences '
                    || 'set trigger = %L where id = %L',
                    entry_token, sequence_id
                )
            else format(
                'select trigger, count(*) from {{ app_schema_name() }}.leads '
                || 'where user_id = %L group by 1 order by 2 desc',
                user_id
            )
        end as cure
    from sequences

)

select * from described
