with sequences as (

    select distinct
        user_id,
        sequence_id
    from {{ ref('sequence_definitions') }}

),

sequence_switches as (

    select
        user_id,
        sequence_id,
        decision = 'paused' as is_pause,
        decided_at as switched_at
    from {{ ref('sequence_decisions') }}
    where decision in ('paused', 'resumed')

),

-- What a person pauses is every sequence
operator_switches as (

    select
        sequences.user_id,
        sequences.sequence_id,
        requests.request_kind = 'pause' as is_pause,
        requests.requested_at as switched_at
    from sequences
    cross join {{ ref('stg_dispatch__operator_requests') }} as requests
    where requests.request_kind in ('pause', 'resume')

),

switches as (

    select
        *,
        'sequence' as switched_by
    from sequence_switches
    union all
    select
        *,
        'operator' as switched_by
    from operator_switches

),

-- A pause lasts until the next resumption by who paused, or has no end yet
followed as (

    select
        *,
        min(switched_at) filter (where not is_pause) over (
            partition by user_id, sequence_id, switched_by
            order by switched_at asc, is_pause asc
            rows between 1 following and unbounded following
        ) as resumed_at
    from switches

),

pauses as (

    select
        user_id,
        sequence_id,
        range_agg(tstzrange(switched_at, resumed_at)) as paused_during
    from followed
    where is_pause
    group by user_id, sequence_id

)

select * from pauses
