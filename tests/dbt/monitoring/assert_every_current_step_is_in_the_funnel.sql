-- No step vanishes because nobody came to it: every step of the definition
-- that was decided on last has a row, of sequences that the CRM still has.
with decisions as (

    select * from {{ ref('sequence_decisions') }}
    where decision in ('defined', 'paused', 'resumed')

),

definitions as (

    select * from {{ ref('sequence_definitions') }}

),

funnel as (

    select * from {{ ref('step_funnel') }}
    where is_current

),

latest as (

    select
        user_id,
        sequence_id,
        (
            array_agg(definition_hash order by decided_at desc)
            filter (where decision = 'defined')
        )[1] as definition_hash,
        (
            array_agg(reason order by decided_at desc)
            filter (where decision <> 'defined')
        )[1] as pause_reason
    from decisions
    group by user_id, sequence_id

),

vanished as (

    select
        definitions.user_id,
        definitions.sequence_id,
        definitions.sequence_stepid
    from latest
    inner join definitions
        on
            latest.user_id = definitions.user_id
            and latest.definition_hash = definitions.definition_hash
    left join funnel
        on
            definitions.user_id = funnel.user_id
            and definitions.sequence_id = funnel.sequence_id
            and definitions.sequence_stepid = funnel.sequence_stepid
    where
        latest.pause_reason is distinct from 'sequence_missing'
        and funnel.sequence_stepid is null

)

select * from vanished
