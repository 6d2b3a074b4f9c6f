with attempts as (

    select * from {{ ref('int_attempts_reported') }}
    where attempt_outcome <> 'in_flight' or is_undelivered

),

policies as (

    select * from {{ ref('fault_policies') }}

),

counted as (

    select
        user_id,
        device_id,
        coalesce(reported_fault_class, 'UNCLASSIFIED') as fault_class,
        count(*) as attempts,
        count(*) filter (where attempt_outcome = 'failed') as messages_failed,
        count(*) filter (where attempt_outcome = 'unknown')
            as messages_unknown,
        count(*) filter (where attempt_outcome = 'released')
            as messages_released,
        count(*) filter (where is_undelivered) as messages_undelivered,
        max(coalesce(finished_at, deadline_at)) as last_seen_at,
        {{ without_numbers(
            '(array_agg(reported_error order by '
            'coalesce(finished_at, deadline_at) desc))[1]'
        ) }}
            as example_error
    from attempts
    -- One left `sending` has no fault, and is unknown from its deadline on
    where
        is_undelivered
        or attempt_outcome = 'unknown'
        or (fault_class is not null and attempt_outcome <> 'sent')
    group by user_id, device_id, coalesce(reported_fault_class, 'UNCLASSIFIED')

),

settled as (

    select
        user_id,
        device_id,
        count(*) as attempts
    from attempts
    group by user_id, device_id

),

described as (

    select
        counted.*,
        {{ rate('counted.attempts', 'settled.attempts') }} as share,
        policies.cure
    from counted
    inner join settled
        on
            counted.user_id = settled.user_id
            and counted.device_id = settled.device_id
    left join policies on counted.fault_class = policies.fault_class

)

select * from described
