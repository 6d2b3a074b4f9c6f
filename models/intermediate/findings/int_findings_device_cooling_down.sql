with breakers as (

    select * from {{ ref('stg_dispatch__breakers') }}
    where open_until > {{ now_utc() }}

),

described as (

    select
        user_id,
        device_id::text as subject_id,
        1 as affected_count,
        null::numeric as share,
        null::text[] as example_keys,
        format(
            'device %s is left alone until %s: %s; the cure ends that at once',
            device_id, open_until, fault_class
        ) as explanation,
        format(
            'update dispatch.breakers set open_until = dispatch.now_utc() '
            || 'where user_id = %L and scope = ''device'' and key = %L',
            user_id, device_id
        ) as cure
    from breakers

)

select * from described
