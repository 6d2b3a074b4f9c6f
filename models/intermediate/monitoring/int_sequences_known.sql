with definitions as (

    select * from {{ ref('sequence_definitions') }}

),

-- Read twice, each time in part
decisions as not materialized (

    select * from {{ ref('sequence_decisions') }}

),

defined as (

    select distinct on (user_id, sequence_id)
        user_id,
        sequence_id,
        definition_hash
    from decisions
    where decision = 'defined'
    order by user_id asc, sequence_id asc, decided_at desc

),

switched as (

    select distinct on (user_id, sequence_id)
        user_id,
        sequence_id,
        decision,
        reason
    from decisions
    where decision in ('paused', 'resumed')
    order by user_id asc, sequence_id asc, decided_at desc

),

named as (

    select distinct on (user_id, sequence_id)
        user_id,
        sequence_id,
        sequence_name
    from definitions
    order by user_id asc, sequence_id asc, recorded_at desc

),

-- Memory alone, so that a report can be a view that hangs on no app table
described as (

    select
        named.user_id,
        named.sequence_id,
        named.sequence_name,
        defined.definition_hash,
        case
            when switched.reason = 'sequence_missing' then 'missing'
            when switched.decision = 'paused' then 'paused'
            else 'active'
        end as sequence_state
    from named
    left join defined
        on
            named.user_id = defined.user_id
            and named.sequence_id = defined.sequence_id
    left join switched
        on
            named.user_id = switched.user_id
            and named.sequence_id = switched.sequence_id

)

select * from described
