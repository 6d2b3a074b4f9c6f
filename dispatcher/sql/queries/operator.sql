-- name: request
insert into dispatch.operator_requests (
    kind, user_id, target, reason, requested_by
)
values (
    %(kind)s, %(user_id)s, %(target)s::jsonb, %(reason)s, %(requested_by)s
)
