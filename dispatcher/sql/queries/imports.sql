-- name: import_read_committed
-- each statement after the lock must see what the last holder committed
set transaction isolation level read committed

-- name: import_lock
select pg_advisory_xact_lock(hashtextextended(%(key)s, 0))

-- name: import_find_tenant
select 1
from {app}.users
where id = %(user)s

-- name: import_limits
select
    attname as column_name,
    atttypmod - 4 as most_characters
from pg_attribute
where attrelid = to_regclass(%(table)s)
    and atttypid = 'varchar'::regtype
    and atttypmod > 0
    and not attisdropped

-- name: import_stage_table
create temporary table import_row (
    line bigint not null,
    phone text not null,
    device_id uuid not null,
    name text,
    trigger text,
    niche text,
    status text,
    target_status text,
    platform text,
    provider text,
    journey text,
    "group" text,
    community text
) on commit drop

-- name: import_lead_table
-- one row a phone; lead_id is null when the phone is new to the tenant
create temporary table import_lead on commit drop as
select
    import_row.*,
    user_devices.device_name,
    leads.id as lead_id
from import_row
cross join {app}.user_devices
cross join {app}.leads
with no data

-- name: import_copy
copy import_row from stdin

-- name: import_analyze_rows
analyze import_row

-- name: import_analyze_leads
analyze import_lead

-- name: import_match
-- The real table has several leads of one phone, and phones such as
-- '+60 12-345 6789': digits decide, and the oldest lead speaks.
with last_rows as (
    select distinct on (phone) *
    from import_row
    order by phone, line desc
),

oldest_leads as (
    select distinct on (last_rows.phone)
        last_rows.phone,
        leads.id as lead_id
    from last_rows
    inner join {app}.leads
        on last_rows.phone = regexp_replace(leads.phone, '\D', '', 'g')
    where leads.user_id = %(user)s
    order by last_rows.phone, leads.created_at nulls last, leads.id
)

insert into import_lead
select
    last_rows.*,
    user_devices.device_name,
    oldest_leads.lead_id
from last_rows
inner join {app}.user_devices
    on last_rows.device_id = user_devices.id
left join oldest_leads
    on last_rows.phone = oldest_leads.phone

-- name: import_update_leads
-- an empty cell leaves the stored value; a row that changes nothing is not
-- written, so that importing twice costs no dead rows
update {app}.leads
set
    device_id = new.device_id,
    device_name = new.device_name,
    name = coalesce(new.name, leads.name),
    trigger = coalesce(new.trigger, leads.trigger),
    niche = coalesce(new.niche, leads.niche),
    status = coalesce(new.status, leads.status),
    target_status = coalesce(new.target_status, leads.target_status),
    platform = coalesce(new.platform, leads.platform),
    provider = coalesce(new.provider, leads.provider),
    journey = coalesce(new.journey, leads.journey),
    "group" = coalesce(new."group", leads."group"),
    community = coalesce(new.community, leads.community),
    updated_at = current_timestamp
from import_lead as new
where leads.user_id = %(user)s
    and leads.id = new.lead_id
    and (
        leads.device_id, leads.device_name, leads.name, leads.trigger,
        leads.niche, leads.status, leads.target_status, leads.platform,
        leads.provider, leads.journey, leads."group", leads.community
    ) is distinct from (
        new.device_id,
        new.device_name,
        coalesce(new.name, leads.name),
        coalesce(new.trigger, leads.trigger),
        coalesce(new.niche, leads.niche),
        coalesce(new.status, leads.status),
        coalesce(new.target_status, leads.target_status),
        coalesce(new.platform, leads.platform),
        coalesce(new.provider, leads.provider),
        coalesce(new.journey, leads.journey),
        coalesce(new."group", leads."group"),
        coalesce(new.community, leads.community)
    )

-- name: import_insert_leads
insert into {app}.leads (
    user_id, phone, device_id, device_name, name, trigger, niche, status,
    target_status, platform, provider, journey, "group", community
)
select
    %(user)s,
    phone,
    device_id,
    device_name,
    coalesce(name, ''),
    trigger,
    niche,
    coalesce(status, 'new'),
    coalesce(target_status, 'customer'),
    platform,
    provider,
    journey,
    "group",
    community
from import_lead
where lead_id is null
order by line

-- name: import_devices
select
    id,
    device_name,
    phone,
    jid,
    status,
    platform,
    min_delay_seconds,
    max_delay_seconds
from {app}.user_devices
where user_id = %(user)s

-- name: import_foreign_devices
select id
from {app}.user_devices
where id = any(%(ids)s) and user_id <> %(user)s

-- name: import_insert_device
insert into {app}.user_devices (
    id, user_id, device_name, phone, jid, status, platform,
    min_delay_seconds, max_delay_seconds
)
values (
    %(id)s, %(user)s, %(device_name)s, %(phone)s, %(jid)s, %(status)s,
    %(platform)s, %(min_delay_seconds)s, %(max_delay_seconds)s
)

-- name: import_update_device
update {app}.user_devices
set
    device_name = %(device_name)s,
    phone = %(phone)s,
    jid = %(jid)s,
    status = %(status)s,
    platform = %(platform)s,
    min_delay_seconds = %(min_delay_seconds)s,
    max_delay_seconds = %(max_delay_seconds)s,
    updated_at = current_timestamp
where id = %(id)s and user_id = %(user)s

-- name: import_sequences
select
    id,
    name,
    trigger,
    status,
    is_active,
    skip_weekends,
    time_schedule,
    schedule_time,
    min_delay_seconds,
    max_delay_seconds
from {app}.sequences
where user_id = %(user)s
order by name, created_at, id

-- name: import_steps
select
    sequence_steps.id,
    sequence_steps.sequence_id,
    sequence_steps.day_number,
    sequence_steps.day,
    sequence_steps.trigger,
    sequence_steps.next_trigger,
    sequence_steps.trigger_delay_hours,
    sequence_steps.is_entry_point,
    sequence_steps.message_type,
    sequence_steps.content,
    sequence_steps.media_url,
    sequence_steps.time_schedule,
    sequence_steps.send_time,
    sequence_steps.min_delay_seconds,
    sequence_steps.max_delay_seconds
from {app}.sequence_steps
inner join {app}.sequences
    on sequence_steps.sequence_id = sequences.id
where sequences.user_id = %(user)s
order by sequence_steps.day_number, sequence_steps.id

-- name: import_insert_sequence
insert into {app}.sequences (
    user_id, name, trigger, status, is_active, skip_weekends, time_schedule,
    schedule_time, min_delay_seconds, max_delay_seconds
)
values (
    %(user)s, %(name)s, %(trigger)s, %(status)s, %(is_active)s,
    %(skip_weekends)s, %(time_schedule)s, %(schedule_time)s,
    %(min_delay_seconds)s, %(max_delay_seconds)s
)
returning id

-- name: import_update_sequence
update {app}.sequences
set
    name = %(name)s,
    trigger = %(trigger)s,
    status = %(status)s,
    is_active = %(is_active)s,
    skip_weekends = %(skip_weekends)s,
    time_schedule = %(time_schedule)s,
    schedule_time = %(schedule_time)s,
    min_delay_seconds = %(min_delay_seconds)s,
    max_delay_seconds = %(max_delay_seconds)s,
    updated_at = current_timestamp
where id = %(id)s and user_id = %(user)s
returning id

-- name: import_insert_step
insert into {app}.sequence_steps (
    sequence_id, day_number, day, trigger, next_trigger,
    trigger_delay_hours, is_entry_point, message_type, content, media_url,
    time_schedule, send_time, min_delay_seconds, max_delay_seconds
)
values (
    %(sequence_id)s, %(day_number)s, %(day)s, %(trigger)s, %(next_trigger)s,
    %(trigger_delay_hours)s, %(is_entry_point)s, %(message_type)s,
    %(content)s, %(media_url)s, %(time_schedule)s, %(send_time)s,
    %(min_delay_seconds)s, %(max_delay_seconds)s
)

-- name: import_update_step
update {app}.sequence_steps
set
    day = %(day)s,
    trigger = %(trigger)s,
    next_trigger = %(next_trigger)s,
    trigger_delay_hours = %(trigger_delay_hours)s,
    is_entry_point = %(is_entry_point)s,
    message_type = %(message_type)s,
    content = %(content)s,
    media_url = %(media_url)s,
    time_schedule = %(time_schedule)s,
    send_time = %(send_time)s,
    min_delay_seconds = %(min_delay_seconds)s,
    max_delay_seconds = %(max_delay_seconds)s,
    updated_at = current_timestamp
where id = %(id)s and sequence_id = %(sequence_id)s

-- name: import_delete_step
delete from {app}.sequence_steps
where id = %(id)s and sequence_id = %(sequence_id)s
