-- The CRM's own tables, word for word as the CRM has them, for a database
-- without a CRM. Times are without zone there, so they are here.
create schema if not exists {schema};
set local search_path to {schema};

create table if not exists users (
    id uuid primary key default gen_random_uuid(),
    email varchar(255) not null unique,
    full_name varchar(255) not null,
    password_hash varchar(255) not null,
    is_active boolean default true,
    created_at timestamp default current_timestamp,
    updated_at timestamp default current_timestamp,
    last_login timestamp
);

create table if not exists user_devices (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users (id) on delete cascade,
    device_name varchar(255) not null,
    phone varchar(50),
    jid varchar(255),
    status varchar(50) default 'offline',
    last_seen timestamp default current_timestamp,
    created_at timestamp default current_timestamp,
    updated_at timestamp default current_timestamp,
    min_delay_seconds integer default 5,
    max_delay_seconds integer default 15,
    wablas_instance text,
    whacenter_instance text,
    platform varchar(50),
    unique (user_id, jid)
);

create index if not exists idx_user_devices_user_id on user_devices (user_id);
create index if not exists idx_user_devices_platform
    on user_devices (platform) where platform is not null and platform <> '';

create table if not exists leads (
    id serial primary key,
    device_id uuid not null,
    user_id uuid not null references users (id) on delete cascade,
    name varchar(255) not null,
    phone varchar(50) not null,
    niche varchar(255),
    journey text,
    status varchar(50) default 'new',
    target_status varchar(100) default 'customer',
    trigger varchar(1000),
    provider text,
    platform varchar(50),
    "group" text,
    community text,
    device_name varchar(255),
    last_interaction timestamp,
    created_at timestamp default current_timestamp,
    updated_at timestamp default current_timestamp
);

create index if not exists idx_leads_trigger
    on leads (trigger) where trigger is not null;
create index if not exists idx_leads_phone on leads (phone);
create index if not exists idx_leads_user_id on leads (user_id);
create index if not exists idx_leads_device_id on leads (device_id);

create table if not exists sequences (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users (id) on delete cascade,
    device_id uuid,
    name varchar(255) not null,
    description text,
    niche varchar(255),
    trigger varchar(255),
    start_trigger text,
    end_trigger text,
    status varchar(50) default 'draft',
    is_active boolean default true,
    auto_enroll boolean default false,
    skip_weekends boolean default false,
    target_status varchar(100) default 'customer',
    total_days integer default 0,
    schedule_time varchar(10),
    time_schedule varchar(50),
    min_delay_seconds integer default 10,
    max_delay_seconds integer default 30,
    total_contacts integer default 0,
    active_contacts integer default 0,
    completed_contacts integer default 0,
    failed_contacts integer default 0,
    progress_percentage numeric(10, 2) default 0,
    last_activity_at timestamp,
    estimated_completion_at timestamp,
    created_at timestamp default current_timestamp,
    updated_at timestamp default current_timestamp
);

create table if not exists sequence_steps (
    id uuid primary key default gen_random_uuid(),
    sequence_id uuid not null references sequences (id) on delete cascade,
    day_number integer not null,
    day integer,
    trigger text,
    next_trigger varchar(255),
    trigger_delay_hours integer default 24,
    delay_days integer default 1,
    is_entry_point boolean default false,
    message_type varchar(50) not null default 'text',
    content text,
    media_url text,
    caption text,
    time_schedule varchar(50),
    send_time varchar(10),
    min_delay_seconds integer default 10,
    max_delay_seconds integer default 30,
    updated_at timestamp default current_timestamp
);
