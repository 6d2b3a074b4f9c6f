{{ config(
    pre_hook="set local enable_nestloop = off",
    post_hook="analyze {{ this }}"
) }}

-- A table, for all leads and all who wait are joined with it, by plans that
-- have to know how many sequences there are. The planner takes those with
-- steps for one.

with entered as (

    select * from {{ ref('int_sequences_entered') }}

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
        entered.user_id,
        entered.sequence_id,
        entry_steps.sequence_stepid as entry_stepid,
        entry_steps.definition_hash,
        entered.entry_trigger,
        entered.trigger_match,
        entered.may_return,
        entered.one_open_enrollment,
        entered.device_assignment,
        case
            when entry_steps.sequence_id is null then 'sequence_without_steps'
            when entered.sequence_status = 'archived' then 'sequence_archived'
            when not entered.is_active then 'sequence_inactive'
            when judged.misconfiguration is not null
                then 'sequence_misconfigured'
            when recorded.definition_hash is null then 'definition_changed'
        end as closed_reason
    from entered
    left join judged
        on
            entered.user_id = judged.user_id
            and entered.sequence_id = judged.sequence_id
    left join entry_steps
        on
            entered.user_id = entry_steps.user_id
            and entered.sequence_id = entry_steps.sequence_id
    left join recorded
        on
            entry_steps.user_id = recorded.user_id
            and entry_steps.definition_hash = recorded.definition_hash
            and entry_steps.sequence_stepid = recorded.sequence_stepid

)

select * from opened
