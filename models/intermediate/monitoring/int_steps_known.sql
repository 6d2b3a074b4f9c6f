with definitions as (

    select * from {{ ref('sequence_definitions') }}

),

sequences as (

    select * from {{ ref('int_sequences_known') }}

),

-- The CRM may move a step to another sequence: it is known in both. The step
-- as its sequence has it now, else as it was recorded last
latest as (

    select distinct on (
        definitions.user_id,
        definitions.sequence_id,
        definitions.sequence_stepid
    )
        definitions.user_id,
        definitions.sequence_id,
        definitions.sequence_stepid,
        sequences.sequence_name,
        definitions.day_number,
        definitions.step_position,
        definitions.message_type,
        sequences.sequence_state <> 'missing'
        and coalesce(
            definitions.definition_hash = sequences.definition_hash, false
        ) as is_current
    from definitions
    inner join sequences
        on
            definitions.user_id = sequences.user_id
            and definitions.sequence_id = sequences.sequence_id
    order by
        definitions.user_id asc,
        definitions.sequence_id asc,
        definitions.sequence_stepid asc,
        is_current desc,
        definitions.recorded_at desc

)

select * from latest
