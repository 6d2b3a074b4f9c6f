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
where
    attempt.user_id in (select dispatch.ledger_tenants())
    and attempt.id = any(%(message_ids)s)
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

-- name: failed_attempts
-- The last attempt of each step that failed there, and what forbids another:
-- as the fold decides, which has the last word.
select
    attempt.user_id,
    attempt.enrollment_id,
    attempt.sequence_stepid,
    attempt.attempt_no,
    case
        when policy.ends_enrollment then 'class_ends_enrollment'
        when
            exists (
                select 1 from {memory}.sequence_decisions as decided
                where
                    decided.user_id = attempt.user_id
                    and decided.enrollment_id = attempt.enrollment_id
                    and decided.decision in ('exit', 'ended')
            )
            then 'enrollment_ended'
        when
            exists (
                select 1 from dispatch.broadcast_messages as later
                where
                    later.user_id = attempt.user_id
                    and later.enrollment_id = attempt.enrollment_id
                    and later.sequence_stepid <> attempt.sequence_stepid
                    and later.claimed_at > attempt.claimed_at
                    and later.status <> 'released'
            )
            then 'later_step_tried'
        when
            exists (
                select 1 from dispatch.delivery_receipts as receipt
                where
                    receipt.user_id = attempt.user_id
                    and receipt.message_id = attempt.id
                    and receipt.status <> 'failed'
            )
            then 'receipt_proves_sent'
        when
            exists (
                select 1 from dispatch.operator_requests as request
                where
                    request.user_id = attempt.user_id
                    and request.kind in ('retry', 'settle')
                    and request.target @> jsonb_build_object(
                        'enrollment_id', attempt.enrollment_id,
                        'sequence_stepid', attempt.sequence_stepid,
                        'attempt_no', attempt.attempt_no::text
                    )
            )
            then 'asked_already'
    end as obstacle
from dispatch.broadcast_messages as attempt
left join {target}.fault_policies as policy
    on attempt.fault_class = policy.fault_class
where
    attempt.status = 'failed'
    and attempt.user_id in (select dispatch.ledger_tenants())
    and (
        %(enrollment_id)s::uuid is null
        or attempt.enrollment_id = %(enrollment_id)s
    )
    and (
        %(sequence_stepid)s::uuid is null
        or attempt.sequence_stepid = %(sequence_stepid)s
    )
    and (
        %(fault_class)s::text is null
        or (
            attempt.fault_class = %(fault_class)s
            and attempt.finished_at >= %(since)s
        )
    )
    and not exists (
        select 1 from dispatch.broadcast_messages as later
        where
            later.user_id = attempt.user_id
            and later.enrollment_id = attempt.enrollment_id
            and later.sequence_stepid = attempt.sequence_stepid
            and later.attempt_no > attempt.attempt_no
    )
order by attempt.user_id, attempt.enrollment_id, attempt.sequence_stepid

-- name: refused_contents
-- Steps whose content a gateway refused since, held for everyone.
select distinct attempt.user_id, attempt.sequence_stepid
from dispatch.broadcast_messages as attempt
where
    attempt.fault_class = 'CONTENT_INVALID'
    and attempt.finished_at >= %(since)s
    and not exists (
        select 1 from dispatch.operator_requests as request
        where
            request.user_id = attempt.user_id
            and request.kind = 'retry'
            and request.target = jsonb_build_object(
                'sequence_stepid', attempt.sequence_stepid
            )
            and request.requested_at >= attempt.finished_at
    )
order by attempt.user_id, attempt.sequence_stepid

-- name: end_gateway_rests
-- Whoever looks next asks it at once; one that is still dead rests for longer.
update dispatch.gateway_breakers
set open_until = dispatch.now_utc()
where
    open_until > dispatch.now_utc()
    and (
        gateway = %(gateway)s::text
        or (
            fault_class = %(fault_class)s::text
            and opened_at >= %(since)s::timestamptz
        )
    )
returning gateway, fault_class

-- name: end_rests_of_gateway
-- Its devices that rest for its fault are asked about before they send.
update dispatch.breakers
set open_until = dispatch.now_utc()
where
    gateway = %(gateway)s
    and open_until > dispatch.now_utc()
returning user_id, scope, key, fault_class

-- name: close_breakers
delete from dispatch.breakers
where
    fault_class = %(fault_class)s
    and opened_at >= %(since)s
    and open_until > dispatch.now_utc()
returning user_id, scope, key, fault_class
