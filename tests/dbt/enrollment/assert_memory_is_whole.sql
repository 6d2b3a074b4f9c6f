-- The memories go together: of a contact who was enrolled that is decided, or
-- nobody could void them, and the definition that an open enrolment follows is
-- on record, or its steps would end. This stands before the fold, which would
-- write down what it makes of a loss. Of the enrolments that this build folds.
-- To go on, on what is left: dbt build --vars 'accept_lost_memory: true', which
-- decides on the enrolled anew.
with followed as (

    select * from {{ ref('int_enrollments_followed') }}

),

decisions as not materialized (

    select * from {{ ref('sequence_decisions') }}

),

definitions as not materialized (

    select * from {{ ref('sequence_definitions') }}

),

judged as (

    select
        user_id,
        enrollment_id,
        exists(
            select 1 from decisions
            where
                decisions.user_id = followed.user_id
                and decisions.sequence_id = followed.sequence_id
                and decisions.contact_phone = followed.contact_phone
                and decisions.decision = 'enrolled'
        ) as is_decided,
        is_ended
        or {{ var('accept_lost_memory') }}
        or exists (
            select 1 from definitions
            where
                definitions.user_id = followed.user_id
                and definitions.definition_hash = followed.followed_hash
        ) as is_defined
    from followed

)

select * from judged
where not is_decided or not is_defined
