-- The clock of the whole system. Models, claims and gates ask it and nothing
-- else, so a test moves time by replacing this one function.
create function dispatch.now_utc() returns timestamptz
language sql stable parallel safe
return now();

-- Which cluster numbered a transaction: xids of two clusters do not compare.
create function dispatch.system_identifier() returns bigint
language sql stable parallel safe
return (select system_identifier from pg_control_system());

-- The ledger: one row per attempt, written before the network call, settled
-- after it, never deleted. No foreign key to app tables: history outlives
-- what the CRM deletes.
create table dispatch.broadcast_messages (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    enrollment_id uuid not null,
    sequence_id uuid not null,
    sequence_stepid uuid not null,
    attempt_no integer not null,
    is_resend boolean not null default false,
    day_number integer not null,
    definition_hash uuid not null,
    device_id uuid not null,
    gateway text not null,
    recipient_phone text not null,
    message_type text not null,
    content text not null,
    media_url text,
    status text not null default 'sending',
    fault_class text,
    error_message text,
    http_status integer,
    gateway_answer jsonb,
    provider_message_id text,
    claimed_at timestamptz not null,
    deadline_at timestamptz not null,
    sent_at timestamptz,
    finished_at timestamptz,
    gap_seconds double precision not null,
    lease_owner text not null,
    lease_epoch bigint not null,
    dispatcher_version text not null,
    invocation_id text not null,
    claim_snapshot pg_snapshot not null default pg_current_snapshot(),
    system_identifier bigint not null default dispatch.system_identifier(),
    row_xid xid8 not null default pg_current_xact_id(),
    primary key (user_id, id),
    unique (user_id, enrollment_id, sequence_stepid, attempt_no),
    constraint status_is_known check (
        status in ('sending', 'sent', 'failed', 'unknown', 'released')
    ),
    constraint attempt_no_starts_at_one check (attempt_no >= 1),
    constraint recipient_phone_is_digits check (
        recipient_phone ~ '^[1-9][0-9]{7,14}$'
    ),
    constraint gap_is_not_negative check (gap_seconds >= 0),
    constraint deadline_follows_claim check (deadline_at > claimed_at),
    constraint sending_has_no_outcome check (
        (status = 'sending') = (finished_at is null)
    ),
    constraint sent_has_a_time check ((status = 'sent') = (sent_at is not null)),
    constraint sent_has_no_error check (
        status <> 'sent' or (error_message is null and fault_class is null)
    ),
    constraint failed_has_a_fault check (
        status <> 'failed'
        or (fault_class is not null and error_message is not null)
    ),
    constraint resend_is_a_later_attempt check (not is_resend or attempt_no > 1)
);

-- Guarantee 1: what may have reached the contact stands once per step,
-- whatever went wrong above; only the opt-in resend policies stand outside.
create unique index broadcast_messages_once
on dispatch.broadcast_messages (user_id, enrollment_id, sequence_stepid)
where status in ('sending', 'sent', 'unknown') and not is_resend;

-- Caps and gaps count a device's attempts over all its sequences.
create index broadcast_messages_by_device
on dispatch.broadcast_messages (user_id, device_id, claimed_at);

create index broadcast_messages_in_flight
on dispatch.broadcast_messages (user_id, device_id)
where status = 'sending';

-- A faulty content holds its step for everyone until the step is edited.
create index broadcast_messages_content_invalid
on dispatch.broadcast_messages (user_id, sequence_stepid, definition_hash)
where fault_class = 'CONTENT_INVALID';

-- One process sends from a device at a time. Takeover updates the same row.
create table dispatch.device_leases (
    user_id uuid not null,
    device_id uuid not null,
    owner text,
    epoch bigint not null default 0,
    expires_at timestamptz not null,
    primary key (user_id, device_id)
);

-- A device or a whole gateway that is left alone until open_until.
create table dispatch.breakers (
    user_id uuid not null,
    scope text not null,
    key text not null,
    fault_class text not null,
    error_message text,
    failures integer not null default 1,
    opened_at timestamptz not null,
    open_until timestamptz not null,
    primary key (user_id, scope, key),
    constraint scope_is_known check (scope in ('device', 'gateway'))
);

-- Due rows that the CRM's live tables keep back, so that nothing is refused
-- unseen. Each run looks again: what no longer applies is cleared.
create table dispatch.claim_refusals (
    user_id uuid not null,
    enrollment_id uuid not null,
    sequence_stepid uuid not null,
    attempt_no integer not null,
    reason text not null,
    invocation_id text not null,
    refused_at timestamptz not null,
    cleared_at timestamptz,
    primary key (user_id, enrollment_id, sequence_stepid, attempt_no, reason)
);
create index claim_refusals_standing
on dispatch.claim_refusals (user_id, enrollment_id)
where cleared_at is null;

-- What gateways report after acceptance; append-only, any order. message_id
-- is the attempt, resolved when the receipt comes in.
create table dispatch.delivery_receipts (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    message_id uuid not null,
    status text not null,
    fault_class text,
    error_message text,
    occurred_at timestamptz not null,
    received_at timestamptz not null default dispatch.now_utc(),
    row_xid xid8 not null default pg_current_xact_id(),
    primary key (user_id, id),
    unique (user_id, message_id, status),
    constraint status_is_known check (
        status in ('sent', 'delivered', 'read', 'played', 'failed')
    )
);

-- Opt-outs and their withdrawals, append-only; the latest event decides.
create table dispatch.suppressions (
    id bigint generated always as identity,
    user_id uuid not null,
    phone text not null,
    kind text not null,
    source text not null,
    occurred_at timestamptz not null default dispatch.now_utc(),
    row_xid xid8 not null default pg_current_xact_id(),
    system_identifier bigint not null default dispatch.system_identifier(),
    primary key (user_id, id),
    constraint kind_is_known check (kind in ('opt_out', 'opt_in')),
    constraint phone_is_digits check (phone ~ '^[1-9][0-9]{7,14}$')
);
create index suppressions_latest on dispatch.suppressions (user_id, phone, id);

-- What a person decided: who, what, why. Append-only; the latest counts.
-- Without a tenant it is about everything, without a target about the tenant.
create table dispatch.operator_requests (
    id bigint generated always as identity primary key,
    kind text not null,
    user_id uuid,
    target jsonb,
    reason text not null,
    requested_by text not null,
    requested_at timestamptz not null default dispatch.now_utc(),
    constraint kind_is_known check (kind in ('pause', 'resume')),
    constraint reason_is_given check (trim(reason) <> '')
);

-- What is paused now: the latest request about the same thing says so.
create view dispatch.standing_pauses as
select user_id, target, reason, requested_by, requested_at
from (
    select distinct on (user_id, target) *
    from dispatch.operator_requests
    where kind in ('pause', 'resume')
    order by user_id, target, id desc
) as latest
where kind = 'pause';
