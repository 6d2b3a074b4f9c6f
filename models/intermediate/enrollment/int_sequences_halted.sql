with sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

steps as (

    select distinct sequence_id
    from {{ ref('stg_app__sequence_steps') }}

),

chains as (

    select * from {{ ref('int_sequences_judged') }}

),

judged as (

    select
        sequences.user_id,
        sequences.sequence_id,
        case
            when steps.sequence_id is null then 'sequence_missing'
            when not sequences.is_active then 'sequence_paused'
            when chains.misconfiguration is not null
                then 'sequence_misconfigured'
        end as pause_reason
    from sequences
    left join steps on sequences.sequence_id = steps.sequence_id
    left join chains
        on
            sequences.user_id = chains.user_id
            and sequences.sequence_id = chains.sequence_id

)

select * from judged
