-- What the old system wrote: 5 contacts at step 4 of WARM, completed with a
-- trigger time that lies ahead, and 1,535 messages without a step.
set local search_path to {schema};

insert into sequence_contacts (
    sequence_id, sequence_stepid, contact_phone, current_step, status,
    completed_at, next_trigger_time, user_id
)
select
    '00000000-0000-4000-8000-000000001001',
    gen_random_uuid(),
    '99919000000' || number,
    4,
    'completed',
    timezone('UTC', now()) - interval '1 day',
    timezone('UTC', now()) + interval '3 days',
    '00000000-0000-4000-8000-000000000001'
from generate_series(1, 5) as numbers (number);

insert into broadcast_messages (
    user_id, device_id, sequence_id, recipient_phone, message_type, content,
    status, error_message, sent_at
)
select
    '00000000-0000-4000-8000-000000000001',
    '00000000-0000-4000-8000-000000000009',
    '00000000-0000-4000-8000-000000001001',
    '99919000000' || number % 5 + 1,
    'text',
    'Hi',
    case when number <= 48 then 'sent' else 'failed' end,
    case when number > 48 then 'device not connected' end,
    case when number <= 48 then timezone('UTC', now()) end
from generate_series(1, 1535) as numbers (number);
