-- The scene of the demo: one tenant of the old system, as it was found.
-- Synthetic; the gaps between messages are 0 so that the demo takes seconds.
set local search_path to {schema};

insert into users (id, email, full_name, password_hash) values
('00000000-0000-4000-8000-000000000001', 'demo@example.com', 'Demo', '-');

-- 09 and 10 are logged out at the gateway, 11 is down, 12 has a platform
-- that no gateway is configured for
insert into user_devices (
    id, user_id, device_name, status, platform,
    min_delay_seconds, max_delay_seconds
)
select
    ('00000000-0000-4000-8000-0000000000' || to_char(number, 'fm00'))::uuid,
    '00000000-0000-4000-8000-000000000001',
    'DEMO-' || to_char(number, 'fm00'),
    'online',
    case when number = 12 then 'WhatsApp' end,
    0,
    0
from generate_series(1, 12) as numbers (number);

insert into sequences (
    id, user_id, name, trigger, status, is_active,
    min_delay_seconds, max_delay_seconds
)
select
    ('00000000-0000-4000-8000-00000000100' || number)::uuid,
    '00000000-0000-4000-8000-000000000001',
    name,
    '',
    'active',
    true,
    0,
    0
from (
    values (1, 'WARM Sequence'), (2, 'COLD Sequence'), (3, 'HOT Seqeunce')
) as listed (number, name);

insert into sequence_steps (
    sequence_id, day_number, trigger, is_entry_point, trigger_delay_hours,
    message_type, content, media_url, min_delay_seconds, max_delay_seconds
)
select
    ('00000000-0000-4000-8000-00000000100' || listed.number)::uuid,
    days.day,
    listed.token || case when days.day = 1 then '' else '_day' || days.day end,
    days.day = 1,
    24,
    case when listed.token = 'hot_start' then 'image' else 'text' end,
    'Hi {{name}}, ' || listed.greeting || ' (day ' || days.day || ')',
    case
        when listed.token = 'hot_start' then 'https://example.com/offer.jpg'
    end,
    0,
    0
from (
    values
    (1, 'warm_start', 'thank you for writing to us.', 4),
    (2, 'cold_start', 'we make soap by hand.', 5),
    (3, 'hot_start', 'your offer ends on Friday.', 2)
) as listed (number, token, greeting, steps)
cross join lateral generate_series(1, listed.steps) as days (day);
