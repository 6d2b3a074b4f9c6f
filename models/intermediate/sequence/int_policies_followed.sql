with recorded as (

    select distinct
        user_id,
        sequence_id,
        definition_hash,
        on_reply,
        on_retag
    from {{ ref('sequence_definitions') }}

),

current_definitions as (

    select distinct
        user_id,
        sequence_id,
        on_edit,
        on_reply,
        on_retag
    from {{ ref('int_sequence_steps_ordered') }}
    where not is_misconfigured

),

-- As the fold follows definitions: the current one says which of the two
-- holds. Where there is no sound one the build that sees it again decides.
followed as (

    select
        recorded.user_id,
        recorded.sequence_id,
        recorded.definition_hash as enrolled_hash,
        case current_definitions.on_edit
            when 'follow' then current_definitions.on_reply
            else recorded.on_reply
        end as on_reply,
        case current_definitions.on_edit
            when 'follow' then current_definitions.on_retag
            else recorded.on_retag
        end as on_retag
    from recorded
    inner join current_definitions
        on
            recorded.user_id = current_definitions.user_id
            and recorded.sequence_id = current_definitions.sequence_id

)

select * from followed
