-- name: fault_policies
select
    fault_class,
    uses_attempt,
    cardinality(retry_minutes) as retries,
    breaker_scope,
    coalesce(cool_down_minutes, 0) as cool_down_minutes
from {target}.fault_policies

-- name: record_outcome
-- Truth is never thrown away: the owner of an attempt may settle it whatever
-- became of the lease.
with settled as (
    update dispatch.broadcast_messages
    set
        status = %(status)s,
        fault_class = %(fault_class)s,
        error_message = %(error_message)s,
        http_status = %(http_status)s,
        gateway_answer = %(gateway_answer)s,
        provider_message_id = %(provider_message_id)s,
        finished_at = dispatch.now_utc(),
        sent_at = case when %(status)s = 'sent' then dispatch.now_utc() end,
        row_xid = pg_current_xact_id()
    where
        user_id = %(user_id)s and id = %(message_id)s
        and status in ('sending', 'unknown')
    returning user_id, device_id, status
),

closed as (
    delete from dispatch.breakers as breaker
    using settled
    where
        settled.status = 'sent'
        and breaker.user_id = settled.user_id
        and breaker.scope = 'device'
        and breaker.key = settled.device_id::text
)

select count(*) from settled

-- name: open_breaker
insert into dispatch.breakers (
    user_id, scope, key, fault_class, error_message, opened_at, open_until
)
values (
    %(user_id)s,
    'device',
    %(device_id)s::text,
    %(fault_class)s,
    %(error_message)s,
    dispatch.now_utc(),
    dispatch.now_utc() + make_interval(secs => %(cool_down_seconds)s)
)
on conflict (user_id, scope, key) do update set
    fault_class = excluded.fault_class,
    error_message = excluded.error_message,
    failures = breakers.failures + 1,
    open_until = greatest(breakers.open_until, excluded.open_until)
