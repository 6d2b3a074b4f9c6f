with steps as (

    select * from {{ ref('int_sequence_steps_chained') }}

),

walked as (

    select * from {{ ref('int_sequence_steps_walked') }}

),

sequences as (

    select * from {{ ref('int_sequences_judged') }}

),

placed as (

    select
        steps.*,
        sequences.misconfiguration is not null as is_misconfigured,
        case
            when steps.is_chained and sequences.misconfiguration is null
                then walked.chain_position
            else steps.day_position
        end as step_position
    from steps
    inner join sequences on steps.sequence_id = sequences.sequence_id
    left join walked on steps.sequence_stepid = walked.sequence_stepid

),

linked as (

    select
        user_id,
        sequence_id,
        sequence_stepid,
        step_position,
        is_misconfigured,
        case
            when step_position = max(step_position) over (
                partition by sequence_id
            ) then target_sequence_id
        end as next_sequence_id
    from placed

)

select * from linked
