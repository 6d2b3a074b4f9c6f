-- What the engine writes beside the first four migrations' tables.

-- What the database said of a row that no claim could write.
alter table dispatch.claim_refusals add column detail text;

-- The dispatchers at work; one that died stays until its time is over. Each
-- takes its share of the devices by how many there are.
create table dispatch.dispatchers (
    owner text primary key,
    started_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null
);
