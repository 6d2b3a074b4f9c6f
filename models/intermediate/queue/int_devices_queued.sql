{{ config(
    unique_key=['user_id', 'device_id'],
    indexes=[{'columns': ['user_id', 'device_id'], 'unique': true}]
) }}

-- From one device to the next through the index of active steps: what is
-- asked for is a few devices, not the steps of all. The claim does the same.
-- Steps are asked for twice, but must not be written down: then each hop would
-- sort them all.
with recursive steps as not materialized (

    select
        user_id,
        device_id,
        status
    from {{ ref('sequence_contacts') }}

),

queued as (

    (
        select
            user_id,
            device_id
        from steps
        where status = 'active'
        order by user_id asc, device_id asc
        limit 1
    )
    union all
    select
        next_device.user_id,
        next_device.device_id
    from queued
    cross join lateral (
        select
            steps.user_id,
            steps.device_id
        from steps
        where
            steps.status = 'active'
            and (steps.user_id, steps.device_id)
            > (queued.user_id, queued.device_id)
        order by steps.user_id asc, steps.device_id asc
        limit 1
    ) as next_device

)

select * from queued
where device_id is not null
