-- name: wait_for_the_disk
-- A claim that a crash of the server takes back would be sent again.
select set_config('synchronous_commit', 'on', false)
where current_setting('synchronous_commit') = 'off'

-- name: queue
-- What is due of one `device`, and what the CRM's live tables have against
-- it. Each step is looked up for itself: due_steps is asked for no more of
-- them than are taken from here, in the order of the index.
select
    due.*,
    step.next_trigger_time as queued_at,
    step.enrollment_id as queued_id,
    case
        when sequence.id is null then 'sequence_missing'
        when
            not coalesce(sequence.is_active, true)
            or lower(trim(coalesce(sequence.status, 'active'))) <> 'active'
            then 'sequence_paused'
    end as sequence_refusal,
    case
        -- Contacts that are pinned to it get a step that is gone
        when
            case
                when live_step.id is not null
                    then dispatch.step_fingerprint(to_jsonb(live_step))
            end is distinct from due.source_hash
            then 'definition_changed'
    end as step_refusal
from {target}.sequence_contacts as step
left join lateral (
    select sequence.id, sequence.is_active, sequence.status
    from {app}.sequences as sequence
    where
        sequence.user_id = step.user_id
        and sequence.id = step.sequence_id
    limit 1
) as sequence on true
cross join lateral (
    select due.*
    from {target}.due_steps as due
    where
        due.user_id = step.user_id
        and due.enrollment_id = step.enrollment_id
        and due.sequence_stepid = step.sequence_stepid
    limit 1
) as due
left join lateral (
    select live_step.*
    from {app}.sequence_steps as live_step
    where
        live_step.id = due.sequence_stepid
        and live_step.sequence_id = due.sequence_id
    limit 1
) as live_step on true
where
    step.user_id = device.user_id
    and step.device_id = device.device_id
    and step.status = 'active'
    and step.next_trigger_time <= dispatch.now_utc()

-- name: devices_at_places
-- Each device with the place in its queue behind which it goes on.
select listed.user_id, listed.device_id, listed.after_at, listed.after_id
from unnest(
    %(user_ids)s::uuid[],
    %(device_ids)s::uuid[],
    %(after_times)s::timestamptz[],
    %(after_ids)s::uuid[]
) as listed (user_id, device_id, after_at, after_id)

-- name: claim
-- The last word: due_steps is a view on live tables, so opt-outs, caps, gaps
-- and cool-downs are checked here and now, and the CRM's own tables too. Only
-- for devices whose leases `lock_leases` locked, earlier in this transaction,
-- and only while the gate is open. Each device goes on behind the place where
-- it was last: what stands before was claimed, or held, a moment ago.
with wanted as (
    select listed.*, lease.epoch as lease_epoch
    from ({devices_at_places}) as listed
    cross join lateral (
        select lease.epoch
        from dispatch.device_leases as lease
        where
            lease.user_id = listed.user_id
            and lease.device_id = listed.device_id
            and lease.owner = %(owner)s
            -- the row says which transaction has it locked
            and lease.xmax = pg_current_xact_id()::xid
        limit 1
    ) as lease
    where not exists ({gate})
),

devices as (
    select
        device.*,
        wanted.lease_epoch,
        wanted.after_at,
        wanted.after_id,
        held.hold_reason
    from wanted
    inner join ({live_devices}) as device
        on
            wanted.user_id = device.user_id
            and wanted.device_id = device.device_id
    left join lateral (
        select held.hold_reason
        from {target}.held_devices as held
        where
            held.user_id = wanted.user_id
            and held.device_id = wanted.device_id
        limit 1
    ) as held on true
    where
        device.gateway = any(%(gateways)s::text[])
        and not exists (
            select 1 from dispatch.gateway_holds as gateway
            where
                gateway.gateway = device.gateway
                and gateway.probing_device_id is distinct from device.device_id
        )
),

heads as (
    select
        head.*,
        device.gateway,
        device.lease_epoch,
        gen_random_uuid() as id,
        greatest(0, least(gap.one, gap.two))
        + random() * abs(greatest(0, gap.two) - greatest(0, gap.one))
            as gap_seconds
    from devices as device
    cross join lateral (
        select
            queued.user_id,
            queued.enrollment_id,
            queued.sequence_id,
            queued.sequence_stepid,
            queued.attempt_no,
            queued.attempts_used,
            queued.is_resend,
            queued.day_number,
            queued.definition_hash,
            queued.device_id,
            queued.recipient_phone,
            queued.message_type,
            queued.content,
            queued.media_url,
            queued.due_at,
            queued.min_gap_seconds,
            queued.max_gap_seconds,
            queued.queued_at,
            queued.queued_id
        from ({queue}) as queued
        where
            device.hold_reason is null
            and queued.sequence_refusal is null
            and queued.step_refusal is null
            and (queued.queued_at, queued.queued_id)
            > (device.after_at, device.after_id)
        order by queued.queued_at, queued.queued_id
        limit 1
    ) as head
    cross join lateral (
        select
            coalesce(
                head.min_gap_seconds, device.min_delay_seconds, 5
            ) as one,
            coalesce(
                head.max_gap_seconds, device.max_delay_seconds, 15
            ) as two
    ) as gap
),

claimed as (
    insert into dispatch.broadcast_messages (
        user_id, id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
        is_resend, day_number, definition_hash, device_id, gateway,
        recipient_phone, message_type, content, media_url, due_at, claimed_at,
        deadline_at, gap_seconds, lease_owner, lease_epoch,
        dispatcher_version, invocation_id, system_identifier
    )
    select
        user_id,
        id,
        enrollment_id,
        sequence_id,
        sequence_stepid,
        attempt_no,
        is_resend,
        day_number,
        definition_hash,
        device_id,
        gateway,
        recipient_phone,
        message_type,
        content,
        media_url,
        due_at,
        dispatch.now_utc(),
        dispatch.now_utc() + make_interval(secs => %(deadline_seconds)s),
        gap_seconds,
        %(owner)s,
        lease_epoch,
        %(version)s,
        %(invocation_id)s,
        (select dispatch.system_identifier())  -- reads a file: once will do
    from heads
    on conflict (user_id, enrollment_id, sequence_stepid, attempt_no)
    do nothing
    returning id
)

select
    id,
    user_id,
    device_id,
    attempts_used,
    recipient_phone,
    message_type,
    content,
    media_url,
    queued_at::text as queued_at,
    queued_id
from heads
-- said so that it is looked up: as a join, all are compared with all
where (id in (select claimed.id from claimed)) is true

-- name: preview
select queued.*, device.gateway
from ({queued_devices}) as device
cross join lateral (
    select queued.*
    from ({queue}) as queued
    where
        device.hold_reason is null
        and device.device_refusal is null
        and queued.sequence_refusal is null
        and queued.step_refusal is null
    order by queued.queued_at, queued.queued_id
    limit %(max_messages)s
) as queued
order by queued.next_trigger_time, queued.user_id, queued.enrollment_id
limit %(max_messages)s

-- name: release_unbegun
-- What a claim of this process left that it was never told of.
update dispatch.broadcast_messages
set
    status = 'released',
    error_message = 'claimed, but the connection was lost before the send',
    finished_at = dispatch.now_utc(),
    row_xid = pg_current_xact_id()
where
    status = 'sending'
    and lease_owner = %(owner)s
    and not id = any(%(known)s::uuid[])
