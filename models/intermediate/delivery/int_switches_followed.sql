with decisions as (

    select * from {{ ref('sequence_decisions') }}
    where decision in ('paused', 'resumed')

),

requests as (

    select * from {{ ref('stg_dispatch__operator_requests') }}
    where request_kind in ('pause', 'resume')

),

-- What a person pauses is everything, or one tenant, device or sequence
switches as (

    select
        user_id,
        null as device_id,
        sequence_id,
        decision = 'paused' as is_pause,
        null::bigint as request_id,
        decided_at as switched_at,
        'sequence' as switched_by
    from decisions
    union all
    select
        user_id,
        device_id,
        sequence_id,
        request_kind = 'pause' as is_pause,
        request_id,
        requested_at as switched_at,
        'operator' as switched_by
    from requests

),

-- A pause lasts until the next resumption of the same by who paused, or has
-- no end yet. Requests count in the order in which they were made, as for what
-- is paused now, whatever the clock said.
followed as (

    select
        *,
        min(switched_at) filter (where not is_pause) over (
            partition by user_id, device_id, sequence_id, switched_by
            order by request_id asc, switched_at asc, is_pause asc
            rows between 1 following and unbounded following
        ) as resumed_at
    from switches

),

pauses as (

    select
        user_id,
        device_id,
        sequence_id,
        tstzrange(
            switched_at,
            case
                when resumed_at < switched_at then switched_at else resumed_at
            end
        ) as paused_during
    from followed
    where is_pause

)

select * from pauses
