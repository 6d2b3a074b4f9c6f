with sequences as (

    select distinct
        user_id,
        sequence_id
    from {{ ref('sequence_definitions') }}

),

pauses as (

    select * from {{ ref('int_switches_followed') }}
    where device_id is null

),

-- Its own pauses, those of its tenant and those of everything
paused as (

    select
        sequences.user_id,
        sequences.sequence_id,
        range_agg(pauses.paused_during) as paused_during
    from sequences
    inner join pauses
        on
            sequences.user_id = coalesce(pauses.user_id, sequences.user_id)
            and sequences.sequence_id
            = coalesce(pauses.sequence_id, sequences.sequence_id)
    group by sequences.user_id, sequences.sequence_id

)

select * from paused
