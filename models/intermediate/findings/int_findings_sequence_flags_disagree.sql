with sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

described as (

    select
        user_id,
        sequence_id::text as subject_id,
        1 as affected_count,
        null::numeric as share,
        null::text[] as example_keys,
        format(
            '%s has is_active %s but status %s, and counts as not active',
            sequence_name, is_flagged_active, sequence_status
        ) as explanation,
        -- As it counts already, so that a cure sends to nobody
        format(
            'update {{ app_schema_name() }}.sequences set %s where id = %L',
            case
                when is_flagged_active then 'is_active = false'
                else 'status = ''inactive'''
            end,
            sequence_id
        ) as cure
    from sequences
    where is_flagged_active <> (sequence_status = 'active')

)

select * from described
