-- name: request
insert into dispatch.operator_requests (
    kind, user_id, target, reason, requested_by
)
values (
    %(kind)s, %(user_id)s, %(target)s::jsonb, %(reason)s, %(requested_by)s
)

-- name: standing_pauses
select
    user_id,
    (target ->> 'device_id')::uuid as device_id,
    (target ->> 'sequence_id')::uuid as sequence_id,
    requested_by,
    requested_at,
    reason
from dispatch.standing_pauses
order by requested_at, user_id, target

-- name: sequence_owner
select user_id from {app}.sequences where id = %(sequence_id)s

-- name: tenant
-- Whoever has something to send with or to send.
select %(user_id)s::uuid as user_id
where
    exists (select 1 from {app}.user_devices where user_id = %(user_id)s)
    or exists (select 1 from {app}.sequences where user_id = %(user_id)s)

-- name: lock_attempts
-- Attempts with what is known of them; their dispatchers wait to record.
select
    attempt.id as message_id,
    attempt.user_id,
    attempt.enrollment_id,
    attempt.sequence_stepid,
    attempt.attempt_no,
    attempt.status,
    attempt.error_message,
    attempt.deadline_at,
    attempt.deadline_at > dispatch.now_utc() as is_in_time,
    exists (
        select 1 from dispatch.delivery_receipts as receipt
        where
            receipt.user_id = attempt.user_id
            and receipt.message_id = attempt.id
            and receipt.status <> 'failed'
    ) as has_receipt
from dispatch.broadcast_messages as attempt
where attempt.id = any(%(message_ids)s)
order by attempt.user_id, attempt.id
for update

-- name: settle_attempt
-- What was sent was sent when it was claimed, as for what is assumed sent.
update dispatch.broadcast_messages
set
    status = %(status)s,
    fault_class = %(fault_class)s,
    error_message = %(error_message)s,
    finished_at = coalesce(finished_at, dispatch.now_utc()),
    sent_at = case when %(status)s = 'sent' then claimed_at end,
    row_xid = pg_current_xact_id()
where user_id = %(user_id)s and id = %(message_id)s
