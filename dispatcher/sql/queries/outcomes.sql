-- name: fault_policies
select
    fault_class,
    uses_attempt,
    cardinality(retry_minutes) as retries,
    breaker_scope,
    coalesce(cool_down_minutes, 0) as cool_down_minutes,
    coalesce(longest_cool_down_minutes, 0) as longest_cool_down_minutes,
    devices_to_open
from {target}.fault_policies

-- name: record_outcomes
-- Truth is never thrown away: the owner of an attempt may settle it whatever
-- became of the lease. `ages` are the seconds since each answer came, so that
-- gaps run from the answers by the database's own clock.
with outcome as (
    select *
    from unnest(
        %(user_ids)s::uuid[],
        %(message_ids)s::uuid[],
        %(statuses)s::text[],
        %(fault_classes)s::text[],
        %(error_messages)s::text[],
        %(http_statuses)s::integer[],
        %(gateway_answers)b::text[],  -- as text each quote would be escaped
        %(provider_message_ids)s::text[],
        %(ages)s::double precision[],
        %(cool_downs)s::double precision[],
        %(longest_cool_downs)s::double precision[],
        %(failed_gateways)s::text[]
    ) as listed (
        user_id,
        message_id,
        status,
        fault_class,
        error_message,
        http_status,
        gateway_answer,
        provider_message_id,
        age,
        cool_down_seconds,
        longest_seconds,
        failed_gateway
    )
),

answered as (
    select
        outcome.*,
        attempt.device_id,
        attempt.gap_seconds,
        greatest(
            attempt.claimed_at,
            dispatch.now_utc() - make_interval(secs => outcome.age)
        ) as answered_at
    from outcome
    inner join dispatch.broadcast_messages as attempt
        on
            outcome.user_id = attempt.user_id
            and outcome.message_id = attempt.id
),

settled as (
    update dispatch.broadcast_messages as attempt
    set
        status = answered.status,
        fault_class = answered.fault_class,
        error_message = answered.error_message,
        http_status = answered.http_status,
        gateway_answer = answered.gateway_answer::jsonb,
        provider_message_id = answered.provider_message_id,
        finished_at = answered.answered_at,
        sent_at = case
            when answered.status = 'sent' then answered.answered_at
        end,
        row_xid = pg_current_xact_id()
    from answered
    where
        attempt.user_id = answered.user_id
        and attempt.id = answered.message_id
        and attempt.status in ('sending', 'unknown')
    returning
        attempt.user_id,
        attempt.id as message_id,
        attempt.device_id,
        attempt.status,
        attempt.fault_class,
        attempt.error_message,
        attempt.finished_at,
        attempt.gap_seconds,
        answered.cool_down_seconds,
        answered.longest_seconds,
        answered.failed_gateway
),

closed as (
    delete from dispatch.breakers as breaker
    using settled
    where
        settled.status = 'sent'
        and breaker.user_id = settled.user_id
        and breaker.scope = 'device'
        and breaker.key = settled.device_id::text
),

-- One for each device, which has sent one message at a time. Each time in a
-- row it is left alone for longer.
opened as (
    insert into dispatch.breakers (
        user_id, scope, key, gateway, fault_class, error_message, opened_at,
        open_until
    )
    select distinct on (settled.user_id, settled.device_id)
        settled.user_id,
        'device',
        settled.device_id::text,
        settled.failed_gateway,
        settled.fault_class,
        settled.error_message,
        dispatch.now_utc(),
        dispatch.now_utc() + make_interval(
            secs => dispatch.cool_down(
                settled.cool_down_seconds,
                settled.longest_seconds,
                coalesce(breaker.failures, 0)
            )
        )
    from settled
    left join dispatch.breakers as breaker
        on
            settled.user_id = breaker.user_id
            and breaker.scope = 'device'
            and settled.device_id::text = breaker.key
    where settled.cool_down_seconds > 0
    order by
        settled.user_id asc,
        settled.device_id asc,
        settled.cool_down_seconds desc
    on conflict (user_id, scope, key) do update set
        gateway = excluded.gateway,
        fault_class = excluded.fault_class,
        error_message = excluded.error_message,
        failures = breakers.failures + 1,
        open_until = greatest(breakers.open_until, excluded.open_until)
)

select
    message_id,
    greatest(
        0,
        extract(
            epoch from finished_at + make_interval(secs => gap_seconds)
            - dispatch.now_utc()
        )
    )::double precision as rest_seconds
from settled
