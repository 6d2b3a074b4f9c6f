{%- set midnight = local_midnight('claimed_at', literal(var('time_zone'))) -%}

with attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}
    where
        attempt_status in ('sending', 'sent', 'unknown')
        and claimed_at > {{ now_utc() }} - interval '50 hours'

),

-- With each claim, when the one was made that a full hour has room for before,
-- and how many its local day had by then
counted as (

    select
        user_id,
        device_id,
        message_id,
        claimed_at,
        lag(claimed_at, {{ var('device_hourly_cap') }}) over (
            partition by user_id, device_id
            order by claimed_at
        ) as cap_earlier_at,
        row_number() over (
            partition by user_id, device_id, {{ midnight }}
            order by claimed_at
        ) as no_of_day
    from attempts

),

-- A claim counts live, so this is a mistake of ours, or a cap that was
-- lowered since: that is why it is told and does not close the gate
described as (

    select
        user_id,
        device_id::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (
            array_agg(message_id::text order by claimed_at desc)
        )[1:3] as example_keys,
        format(
            'device %s made %s claims beyond its cap of %s in 60 minutes '
            || 'or of %s in a local day',
            device_id, count(*), {{ var('device_hourly_cap') }},
            {{ var('device_daily_cap') }}
        ) as explanation,
        format(
            'select claimed_at, attempt_status, build_invocation_id '
            || 'from {{ target_schema_name() }}.message_log '
            || 'where user_id = %L and device_id = %L order by claimed_at desc',
            user_id, device_id
        ) as cure
    from counted
    where
        claimed_at > {{ now_utc() }} - interval '24 hours'
        and (
            cap_earlier_at > claimed_at - interval '60 minutes'
            or no_of_day > {{ var('device_daily_cap') }}
        )
    group by user_id, device_id

)

select * from described
