with definitions as (

    select * from {{ ref('sequence_definitions') }}

),

defined as (

    select * from {{ ref('int_sequences_defined') }}

),

-- An edit that is taken back is not recorded anew: the definition decided on
-- last has the name, else the one recorded last
named as (

    select distinct on (definitions.user_id, definitions.sequence_id)
        definitions.user_id,
        definitions.sequence_id,
        definitions.sequence_name,
        defined.definition_hash
    from definitions
    left join defined
        on
            definitions.user_id = defined.user_id
            and definitions.sequence_id = defined.sequence_id
    order by
        definitions.user_id asc,
        definitions.sequence_id asc,
        coalesce(
            definitions.definition_hash = defined.definition_hash, false
        ) desc,
        definitions.recorded_at desc

)

select * from named
