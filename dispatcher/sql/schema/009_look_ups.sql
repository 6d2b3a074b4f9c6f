-- What gateways are asked about messages whose outcome is unknown: how often,
-- when again, and what they said. Without a next time it is asked no more.
create table dispatch.look_ups (
    user_id uuid not null,
    message_id uuid not null,
    tries integer not null default 1,
    next_at timestamptz,
    detail text,
    primary key (user_id, message_id),
    constraint tries_are_positive check (tries > 0)
);

-- What is unknown is little of what was sent.
create index broadcast_messages_unknown
on dispatch.broadcast_messages (claimed_at)
where status = 'unknown';
