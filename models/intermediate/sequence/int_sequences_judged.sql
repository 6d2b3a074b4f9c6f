with sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

steps as (

    select * from {{ ref('int_sequence_steps_chained') }}

),

walked as (

    select * from {{ ref('int_sequence_steps_walked') }}

),

reached as (

    select
        steps.*,
        walked.chain_position,
        walked.closes_circle,
        count(walked.chain_position) over (
            partition by steps.sequence_id
        ) as reached_count
    from steps
    left join walked on steps.sequence_stepid = walked.sequence_stepid

),

steps_judged as (

    select
        *,
        {{ misconfiguration() }} as misconfiguration
    from reached

),

-- What breaks a chain comes before what is broken by it
first_faults as (

    select distinct on (sequence_id) *
    from steps_judged
    where misconfiguration is not null
    order by
        sequence_id,
        array_position(
            array[
                'entry_point_missing', 'entry_point_repeated',
                'next_trigger_ambiguous', 'next_trigger_unknown',
                'chain_cycle', 'step_unreachable'
            ],
            misconfiguration
        ),
        day_position

)

select
    sequences.user_id,
    sequences.sequence_id,
    first_faults.misconfiguration,
    first_faults.sequence_stepid as misconfigured_stepid
from sequences
left join first_faults on sequences.sequence_id = first_faults.sequence_id
