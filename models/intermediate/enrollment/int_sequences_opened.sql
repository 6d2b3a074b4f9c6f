{{ config(
    pre_hook="set local enable_nestloop = off",
    post_hook="analyze {{ this }}"
) }}

-- A table, for all who wait are joined with it, by a plan that has to know how
-- many sequences there are. The planner takes those with steps for one.

with sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

policies as (

    select * from {{ ref('int_sequence_policies') }}

),

judged as (

    select * from {{ ref('int_sequences_judged') }}

),

entry_steps as (

    select * from {{ ref('int_sequence_steps_ordered') }}
    where step_position = 1

),

recorded as (

    select * from {{ ref('sequence_definitions') }}

),

-- The first reason that applies keeps everybody out. What was edited while the
-- build ran is not recorded yet, and nobody could follow it.
opened as (

    select
        sequences.user_id,
        sequences.sequence_id,
        entry_steps.sequence_stepid as entry_stepid,
        entry_steps.definition_hash,
        sequences.trigger_token as entry_trigger,
        policies.one_open_enrollment,
        policies.device_assignment,
        case
            when entry_steps.sequence_id is null then 'sequence_without_steps'
            when sequences.sequence_status = 'archived' then 'sequence_archived'
            when not sequences.is_active then 'sequence_inactive'
            when judged.misconfiguration is not null
                then 'sequence_misconfigured'
            when recorded.definition_hash is null then 'definition_changed'
        end as closed_reason
    from sequences
    inner join policies
        on
            sequences.user_id = policies.user_id
            and sequences.sequence_id = policies.sequence_id
    left join judged
        on
            sequences.user_id = judged.user_id
            and sequences.sequence_id = judged.sequence_id
    left join entry_steps
        on
            sequences.user_id = entry_steps.user_id
            and sequences.sequence_id = entry_steps.sequence_id
    left join recorded
        on
            entry_steps.user_id = recorded.user_id
            and entry_steps.definition_hash = recorded.definition_hash
            and entry_steps.sequence_stepid = recorded.sequence_stepid

)

select * from opened
