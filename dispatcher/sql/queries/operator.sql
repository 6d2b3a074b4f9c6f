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
