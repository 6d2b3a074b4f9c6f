with decisions as (

    select * from {{ ref('sequence_decisions') }}
    where decision in ('paused', 'resumed')

),

last_switched as (

    select distinct on (user_id, sequence_id) *
    from decisions
    order by user_id asc, sequence_id asc, decided_at desc

),

-- Paused by its status, or gone
paused as (

    select
        user_id,
        sequence_id,
        coalesce(reason, 'sequence_paused') as hold_reason
    from last_switched
    where decision = 'paused'

)

select * from paused
