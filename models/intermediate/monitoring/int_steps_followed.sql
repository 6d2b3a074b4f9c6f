with definitions as (

    select * from {{ ref('sequence_definitions') }}

),

current_steps as (

    select * from {{ ref('int_sequence_steps_ordered') }}

),

in_use as (

    select distinct
        user_id,
        definition_hash
    from {{ ref('sequence_contacts') }}
    where status = 'active'

),

-- Where an edit does not reach those who are in it, or broke the chain, they
-- go on with what the CRM has no more
followed as (

    select
        definitions.user_id,
        definitions.definition_hash,
        definitions.sequence_stepid,
        definitions.sequence_name,
        definitions.day_number,
        definitions.message_type,
        definitions.content,
        definitions.media_url,
        definitions.caption,
        definitions.placeholders,
        current_steps.sequence_stepid is not null as is_current
    from definitions
    left join current_steps
        on
            definitions.user_id = current_steps.user_id
            and definitions.definition_hash = current_steps.definition_hash
            and definitions.sequence_stepid = current_steps.sequence_stepid
    left join in_use
        on
            definitions.user_id = in_use.user_id
            and definitions.definition_hash = in_use.definition_hash
    where
        current_steps.sequence_stepid is not null
        or in_use.definition_hash is not null

)

select * from followed
