with steps as (

    select * from {{ ref('stg_app__sequence_steps') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

entrances as (

    select
        user_id,
        sequence_id,
        trigger_token,
        sequence_status,
        false as is_step
    from sequences
    union all
    select
        sequences.user_id,
        sequences.sequence_id,
        steps.trigger_token,
        sequences.sequence_status,
        true as is_step
    from steps
    inner join sequences on steps.sequence_id = sequences.sequence_id
    where steps.is_entry_point

),

-- Of several with one trigger: another sequence before the own one, its
-- trigger before an entry step's, and an archived one last
linked as (

    select distinct on (steps.sequence_stepid)
        sequences.user_id,
        steps.sequence_id,
        steps.sequence_stepid,
        entrances.sequence_id as target_sequence_id
    from steps
    inner join sequences on steps.sequence_id = sequences.sequence_id
    inner join entrances
        on
            sequences.user_id = entrances.user_id
            and steps.next_trigger_token = entrances.trigger_token
    order by
        steps.sequence_stepid,
        steps.sequence_id = entrances.sequence_id,
        entrances.is_step,
        entrances.sequence_status = 'archived',
        entrances.sequence_id
)

select * from linked
