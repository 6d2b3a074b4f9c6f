-- name: clear_refusals
-- A row that no claim could write is tried again after the next build.
update dispatch.claim_refusals
set cleared_at = dispatch.now_utc()
where
    cleared_at is null
    and (
        reason <> 'claim_failed'
        or invocation_id is distinct from %(invocation_id)s
    )

-- name: refuse
-- What stands before the first message of a device that may go; what comes
-- behind it is looked at when its turn has come.
insert into dispatch.claim_refusals (
    user_id, enrollment_id, sequence_stepid, attempt_no, reason,
    invocation_id, refused_at
)
select
    refused.user_id,
    refused.enrollment_id,
    refused.sequence_stepid,
    refused.attempt_no,
    coalesce(
        device.device_refusal, refused.sequence_refusal, refused.step_refusal
    ),
    %(invocation_id)s,
    dispatch.now_utc()
from ({queued_devices}) as device
left join lateral (
    select queued.queued_at, queued.queued_id
    from ({queue}) as queued
    where
        device.hold_reason is null
        and device.device_refusal is null
        and queued.sequence_refusal is null
        and queued.step_refusal is null
    order by queued.queued_at, queued.queued_id
    limit 1
) as head on true
cross join lateral (
    select queued.*
    from ({queue}) as queued
    where
        device.hold_reason is null
        and (
            head.queued_at is null
            or (queued.queued_at, queued.queued_id)
            < (head.queued_at, head.queued_id)
        )
    offset 0  -- device by device, or each looks at the steps of all
) as refused
on conflict (
    user_id, enrollment_id, sequence_stepid, attempt_no, reason
) do update set
    invocation_id = excluded.invocation_id,
    refused_at = excluded.refused_at,
    cleared_at = null

-- name: hold_head
-- The first message of a device, as a claim takes it, with what the database
-- said when it was claimed alone. Its text is not asked for: it may be what
-- cannot be made.
insert into dispatch.claim_refusals (
    user_id, enrollment_id, sequence_stepid, attempt_no, reason, detail,
    invocation_id, refused_at
)
select
    head.user_id,
    head.enrollment_id,
    head.sequence_stepid,
    head.attempt_no,
    'claim_failed',
    %(detail)s,
    %(invocation_id)s,
    dispatch.now_utc()
from ({devices_at_places}) as device
cross join lateral (
    select queued.*
    from ({queue}) as queued
    where
        queued.sequence_refusal is null
        and queued.step_refusal is null
        and (queued.queued_at, queued.queued_id)
        > (device.after_at, device.after_id)
    order by queued.queued_at, queued.queued_id
    limit 1
) as head
on conflict (
    user_id, enrollment_id, sequence_stepid, attempt_no, reason
) do update set
    detail = excluded.detail,
    invocation_id = excluded.invocation_id,
    refused_at = excluded.refused_at,
    cleared_at = null

-- name: standing_refusals
select reason, count(*) as steps
from dispatch.claim_refusals
where cleared_at is null
group by reason
order by reason
