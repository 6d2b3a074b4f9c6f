-- name: demo_findings
select finding, affected_count as count, share, explanation, cure
from {target}.pipeline_findings
order by finding, affected_count desc

-- name: demo_cure
-- The seed's fix: each blank trigger becomes the token that its leads carry.
update {app}.sequences as sequence
set trigger = step.trigger
from {app}.sequence_steps as step
where
    step.sequence_id = sequence.id
    and step.is_entry_point
    and sequence.trigger = ''
returning sequence.name, sequence.trigger

-- name: demo_enrolled
select
    coalesce(sequence.name, '(names no sequence)') as sequence,
    found.outcome,
    found.rejection_reason as reason,
    count(*) as leads
from {target}.enrollment_diagnostics as found
left join {app}.sequences as sequence
    on
        found.user_id = sequence.user_id
        and found.sequence_id = sequence.id
group by 1, 2, 3
order by 1, 2, 3

-- name: demo_monitor_counts
select
    sequence_name,
    current_step as step,
    step_status,
    current_state,
    count(*) as contacts
from {target}.sequence_progress_monitor
group by 1, 2, 3, 4
order by 1, 2, 3, 4

-- name: demo_monitor
select distinct on (sequence_name, current_state)
    sequence_name,
    contact_phone,
    current_step,
    step_status,
    message_status,
    next_trigger_time,
    completed_at,
    sent_at,
    error_message,
    current_state
from {target}.sequence_progress_monitor
where current_state <> 'Waiting'
order by sequence_name, current_state, contact_phone, current_step

-- name: demo_ledger
select
    recipient_phone as phone,
    message_type as type,
    content as text,
    status,
    provider_message_id as message_id
from dispatch.broadcast_messages
