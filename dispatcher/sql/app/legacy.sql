-- What the old system left behind, for the demo and the tests. Its tables
-- lie apart from the app's, so no foreign key leads there.
create schema if not exists {schema};
set local search_path to {schema};

create table if not exists sequence_contacts (
    id uuid primary key default gen_random_uuid(),
    sequence_id uuid not null,
    sequence_stepid uuid not null,
    contact_phone varchar(50) not null,
    contact_name varchar(255),
    current_step integer default 0,
    current_trigger varchar(255),
    status varchar(50) default 'active',
    next_trigger_time timestamp,
    completed_at timestamp,
    assigned_device_id uuid,
    processing_device_id uuid,
    processing_started_at timestamp,
    last_error text,
    retry_count integer default 0,
    user_id uuid,
    created_at timestamp default current_timestamp,
    constraint uq_sequence_contact_step
        unique (sequence_id, contact_phone, sequence_stepid)
);

create unique index if not exists idx_one_active_per_contact
    on sequence_contacts (sequence_id, contact_phone) where status = 'active';
create index if not exists idx_pending_steps_by_time
    on sequence_contacts (sequence_id, contact_phone, next_trigger_time)
    where status = 'pending';
create index if not exists idx_sequence_contacts_active
    on sequence_contacts (status, next_trigger_time) where status = 'active';

create table if not exists campaigns (
    id serial primary key,
    user_id uuid not null,
    title varchar(255) not null,
    message text not null
);

create table if not exists broadcast_messages (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    device_id uuid not null,
    device_name varchar(255),
    campaign_id integer references campaigns (id) on delete set null,
    sequence_id uuid,
    sequence_stepid uuid,
    recipient_phone varchar(50) not null,
    recipient_name text,
    message_type varchar(50) not null,
    content text,
    media_url text,
    status varchar(50) default 'pending',
    error_message text,
    scheduled_at timestamp,
    sent_at timestamp,
    created_at timestamp default current_timestamp,
    updated_at timestamp default current_timestamp,
    group_id varchar(255),
    group_order integer,
    processing_worker_id varchar(100),
    processing_started_at timestamp,
    constraint unique_sequence_message
        unique (sequence_stepid, recipient_phone, device_id),
    constraint unique_campaign_message
        unique (campaign_id, recipient_phone, device_id)
);

create index if not exists idx_broadcast_optimize
    on broadcast_messages (status, device_id, scheduled_at);
create index if not exists idx_status_scheduled
    on broadcast_messages (status, scheduled_at);
create index if not exists idx_campaign_status
    on broadcast_messages (campaign_id, status);
create index if not exists idx_sequence_status
    on broadcast_messages (sequence_id, status);
create index if not exists idx_processing_worker
    on broadcast_messages (processing_worker_id);
create index if not exists idx_processing_started
    on broadcast_messages (processing_started_at);
