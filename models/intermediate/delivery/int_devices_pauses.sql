with pauses as (

    select * from {{ ref('int_switches_followed') }}
    where device_id is not null

),

paused as (

    select
        user_id,
        device_id,
        range_agg(paused_during) as paused_during
    from pauses
    group by user_id, device_id

)

select * from paused
