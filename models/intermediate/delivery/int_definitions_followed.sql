with decisions as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'defined'

),

-- A broken chain has no order that could be followed
sound as (

    select distinct
        user_id,
        definition_hash,
        on_edit
    from {{ ref('sequence_definitions') }}
    where not is_misconfigured

),

-- The last one that was recorded as a whole: what was edited while the build
-- runs is for the next, and a sequence that is gone, empty or broken leaves
-- its contacts where they are
followed as (

    select distinct on (decisions.user_id, decisions.sequence_id)
        decisions.user_id,
        decisions.sequence_id,
        sound.definition_hash,
        sound.on_edit
    from decisions
    inner join sound
        on
            decisions.user_id = sound.user_id
            and decisions.definition_hash = sound.definition_hash
    order by
        decisions.user_id asc,
        decisions.sequence_id asc,
        decisions.decided_at desc,
        decisions.row_xid desc

)

select * from followed
