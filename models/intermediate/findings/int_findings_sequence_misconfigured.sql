with judged as (

    select * from {{ ref('int_sequences_judged') }}
    where misconfiguration is not null

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}
    where sequence_status <> 'archived'

),

steps as (

    select * from {{ ref('stg_app__sequence_steps') }}

),

described as (

    select
        judged.user_id,
        judged.sequence_id::text as subject_id,
        1 as affected_count,
        null::numeric as share,
        array[judged.misconfigured_stepid::text] as example_keys,
        format(
            '%s enrols nobody and its contacts wait: '
            || case judged.misconfiguration
                when 'entry_point_missing'
                    then 'no step is its entry point, not even that of day %s'
                when 'entry_point_repeated'
                    then 'the step of day %s is a second entry point'
                when 'next_trigger_ambiguous'
                    then 'the next_trigger of day %s names several steps'
                when 'next_trigger_unknown'
                    then 'the next_trigger of day %s names nothing'
                when 'chain_cycle'
                    then 'the next_trigger of day %s leads back'
                else 'no next_trigger leads to the step of day %s'
            end,
            sequences.sequence_name,
            steps.day_number
        ) as explanation,
        case judged.misconfiguration
            when 'entry_point_missing'
                then {{ step_update('is_entry_point = true') }}
            when 'entry_point_repeated'
                then {{ step_update('is_entry_point = false') }}
            when 'next_trigger_unknown'
                then {{ step_update('next_trigger = null') }}
            when 'chain_cycle'
                then {{ step_update('next_trigger = null') }}
            else format(
                'select id, day_number, trigger, next_trigger '
                || 'from {{ app_schema_name() }}.sequence_steps '
                || 'where sequence_id = %L order by day_number',
                judged.sequence_id
            )
        end as cure
    from judged
    inner join sequences on judged.sequence_id = sequences.sequence_id
    inner join steps on judged.misconfigured_stepid = steps.sequence_stepid

)

select * from described
