-- name: demo_findings
select finding, affected_count as count, share, explanation, cure
from {target}.pipeline_findings
order by finding, affected_count desc

-- name: demo_cures
select cure
from {target}.pipeline_findings
where finding = 'sequence_trigger_blank'
order by cure

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

-- name: demo_summary
select
    sequence_name,
    contacts,
    should,
    done,
    failed,
    remaining,
    cancelled,
    skipped,
    success_rate
from {target}.sequence_summary
order by sequence_name

-- name: demo_funnel
select
    sequence_name,
    day_number as day,
    should,
    done,
    failed,
    remaining,
    messages_sent,
    recipients_sent,
    success_rate
from {target}.step_funnel
order by sequence_name, day_number

-- name: demo_failures
select
    coalesce(device.device_name, failure.device_id::text) as device,
    failure.fault_class,
    failure.attempts,
    failure.share,
    failure.example_error,
    failure.cure
from {target}.failed_messages_monitor as failure
left join {target}.device_performance_monitor as device
    on
        failure.user_id = device.user_id
        and failure.device_id = device.device_id
order by 1, 2

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
