-- name: unknown_attempts
-- Attempts that nobody knows the outcome of, and will not hear of either.
select
    user_id,
    id as message_id,
    device_id,
    gateway,
    claimed_at
from dispatch.broadcast_messages
where
    claimed_at > dispatch.now_utc() - interval '3 days'
    and (
        status = 'unknown'
        or (status = 'sending' and deadline_at <= dispatch.now_utc())
    )

-- name: take_look_ups
-- Whoever comes first asks. Each time it is asked again twice as late, for a
-- gateway may write down what it sent after a while, and not for ever.
with wanted as (
    select attempt.*, device.address
    from ({unknown_attempts}) as attempt
    inner join ({live_devices}) as device
        on
            attempt.user_id = device.user_id
            and attempt.device_id = device.device_id
            and attempt.gateway = device.gateway
    left join dispatch.look_ups as before
        on
            attempt.user_id = before.user_id
            and attempt.message_id = before.message_id
    where
        attempt.gateway = any(%(gateways)s::text[])
        and (
            before.message_id is null
            or (
                before.tries < %(most_tries)s
                and before.next_at <= dispatch.now_utc()
            )
        )
        and not exists (
            select 1 from dispatch.gateway_holds as hold
            where hold.gateway = attempt.gateway
        )
    order by attempt.claimed_at, attempt.message_id
    limit %(most)s
),

taken as (
    insert into dispatch.look_ups as look_up (user_id, message_id, next_at)
    select
        user_id,
        message_id,
        dispatch.now_utc() + interval '1 minute'
    from wanted
    order by user_id, message_id
    on conflict (user_id, message_id) do update set
        tries = look_up.tries + 1,
        next_at
        = dispatch.now_utc() + interval '1 minute' * 2 ^ look_up.tries
    where look_up.next_at <= dispatch.now_utc()
    returning user_id, message_id
)

select
    wanted.user_id,
    wanted.message_id,
    wanted.device_id,
    wanted.gateway,
    wanted.address
from wanted
inner join taken
    on
        wanted.user_id = taken.user_id
        and wanted.message_id = taken.message_id

-- name: settle_by_look_up
-- What was sent was sent when it was claimed, as for what is assumed sent. A
-- receipt is better evidence than a gateway that says it failed.
update dispatch.broadcast_messages as attempt
set
    status = %(status)s,
    fault_class = %(fault_class)s,
    error_message = %(error_message)s,
    provider_message_id
    = coalesce(%(provider_message_id)s, provider_message_id),
    finished_at = coalesce(finished_at, dispatch.now_utc()),
    sent_at = case when %(status)s = 'sent' then claimed_at end,
    row_xid = pg_current_xact_id()
where
    user_id = %(user_id)s
    and id = %(message_id)s
    and (
        status = 'unknown'
        or (status = 'sending' and deadline_at <= dispatch.now_utc())
    )
    and (
        %(status)s = 'sent'
        or not exists (
            select 1 from dispatch.delivery_receipts as receipt
            where
                receipt.user_id = attempt.user_id
                and receipt.message_id = attempt.id
                and receipt.status <> 'failed'
        )
    )
returning id as message_id

-- name: note_look_up
update dispatch.look_ups
set
    detail = %(detail)s,
    next_at = case when not %(is_settled)s::boolean then next_at end
where user_id = %(user_id)s and message_id = %(message_id)s
