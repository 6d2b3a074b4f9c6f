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

-- The first reason that applies keeps everybody out
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

)

select * from opened
