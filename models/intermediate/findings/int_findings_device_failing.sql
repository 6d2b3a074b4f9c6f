with attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}
    where claimed_at > {{ now_utc() }} - interval '24 hours'

),

summarised as (

    select
        user_id,
        device_id,
        count(*) filter (
            where attempt_status in ('failed', 'released')
        ) as failed_count,
        count(*) as attempt_count
    from attempts
    where
        attempt_status <> 'sending'
        -- Released without a fault: the dispatcher stopped before it began
        and (attempt_status <> 'released' or fault_class is not null)
    group by user_id, device_id

),

-- Ten attempts are the least that make a rate
described as (

    select
        user_id,
        device_id::text as subject_id,
        failed_count as affected_count,
        {{ rate('failed_count', 'attempt_count') }} as share,
        null::text[] as example_keys,
        format(
            '%s of %s attempts of the device failed in 24 hours',
            failed_count, attempt_count
        ) as explanation,
        format(
            'select fault_class, attempts, example_error, cure '
            || 'from {{ target_schema_name() }}.failed_messages_monitor '
            || 'where user_id = %L and device_id = %L',
            user_id, device_id
        ) as cure
    from summarised
    where attempt_count >= 10 and failed_count * 2 >= attempt_count

)

select * from described
