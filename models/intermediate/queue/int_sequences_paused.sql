with decisions as (

    select * from {{ ref('sequence_decisions') }}
    where decision in ('paused', 'resumed')

),

pauses as (

    select * from {{ ref('stg_dispatch__standing_pauses') }}
    where sequence_id is not null

),

last_switched as (

    select distinct on (user_id, sequence_id) *
    from decisions
    order by user_id asc, sequence_id asc, decided_at desc

),

-- By a person, live; by its status, or gone, as the last build saw it
reasons as (

    select
        user_id,
        sequence_id,
        1 as reason_rank,
        'sequence_paused_by_operator' as hold_reason
    from pauses
    union all
    select
        user_id,
        sequence_id,
        2 as reason_rank,
        coalesce(reason, 'sequence_paused') as hold_reason
    from last_switched
    where decision = 'paused'

),

first_reason as (

    select distinct on (user_id, sequence_id)
        user_id,
        sequence_id,
        hold_reason
    from reasons
    order by user_id asc, sequence_id asc, reason_rank asc

)

select * from first_reason
