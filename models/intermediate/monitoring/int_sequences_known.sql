with named as (

    select * from {{ ref('int_sequences_named') }}

),

pauses as (

    select * from {{ ref('stg_dispatch__standing_pauses') }}

),

switched as (

    select distinct on (user_id, sequence_id)
        user_id,
        sequence_id,
        decision,
        reason
    from {{ ref('sequence_decisions') }}
    where decision in ('paused', 'resumed')
    order by user_id asc, sequence_id asc, decided_at desc

),

-- Memory alone, so that a report can be a view that hangs on no app table
described as (

    select
        named.user_id,
        named.sequence_id,
        named.sequence_name,
        named.definition_hash,
        case
            when switched.reason = 'sequence_missing' then 'missing'
            when switched.decision = 'paused' then 'paused'
            when pauses.sequence_id is not null then 'paused'
            else 'active'
        end as sequence_state
    from named
    left join switched
        on
            named.user_id = switched.user_id
            and named.sequence_id = switched.sequence_id
    left join pauses
        on
            named.user_id = pauses.user_id
            and named.sequence_id = pauses.sequence_id

)

select * from described
