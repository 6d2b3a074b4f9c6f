-- What the state machine reads beside the first two migrations' tables.

-- The time at which the attempt was planned: a daily step counts from it.
alter table dispatch.broadcast_messages add column due_at timestamptz;

-- Which rows changed since the last fold is asked by transaction.
create index broadcast_messages_changed
on dispatch.broadcast_messages (row_xid);
create index delivery_receipts_changed
on dispatch.delivery_receipts (row_xid);
create index suppressions_changed on dispatch.suppressions (row_xid);

-- What contacts write to us; append-only.
create table dispatch.inbound_messages (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    device_id uuid,
    phone text not null,
    content text,
    occurred_at timestamptz not null,
    received_at timestamptz not null default dispatch.now_utc(),
    row_xid xid8 not null default pg_current_xact_id(),
    primary key (user_id, id),
    constraint phone_is_digits check (phone ~ '^[1-9][0-9]{7,14}$')
);
create index inbound_messages_latest
on dispatch.inbound_messages (user_id, phone, occurred_at);
create index inbound_messages_changed on dispatch.inbound_messages (row_xid);

-- A person may also void enrolments or move them to another device.
alter table dispatch.operator_requests
add column row_xid xid8 not null default pg_current_xact_id(),
drop constraint kind_is_known,
add constraint kind_is_known check (
    kind in ('pause', 'resume', 'void', 'reassign')
),
add constraint request_names_its_target check (
    (kind in ('void', 'reassign')) = (target is not null)
);

-- Whether a step is still what was built from it: all of the CRM's row that
-- matters to sending, as it stands there. The build and the claim both ask.
create function dispatch.step_fingerprint(step jsonb) returns uuid
language sql immutable parallel safe
return md5(
    jsonb_build_array(
        step -> 'id', step -> 'sequence_id', step -> 'day_number',
        step -> 'trigger', step -> 'next_trigger', step -> 'is_entry_point',
        step -> 'trigger_delay_hours', step -> 'message_type',
        step -> 'content', step -> 'media_url', step -> 'caption',
        step -> 'time_schedule', step -> 'send_time',
        step -> 'min_delay_seconds', step -> 'max_delay_seconds'
    )::text
)::uuid;
