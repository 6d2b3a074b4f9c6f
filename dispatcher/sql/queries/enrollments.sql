-- name: open_enrollments
-- Who is in a sequence, with the device that builds have moved them to.
select
    enrolled.user_id,
    enrolled.enrollment_id,
    enrolled.sequence_id,
    enrolled.invocation_id,
    coalesce((
        select reassigned.device_id
        from {memory}.sequence_decisions as reassigned
        where
            reassigned.user_id = enrolled.user_id
            and reassigned.enrollment_id = enrolled.enrollment_id
            and reassigned.decision = 'reassigned'
        order by reassigned.decided_at desc
        limit 1
    ), enrolled.device_id) as device_id
from {memory}.sequence_decisions as enrolled
where
    enrolled.decision = 'enrolled'
    and not exists (
        select 1 from {memory}.sequence_decisions as left_already
        where
            left_already.user_id = enrolled.user_id
            and left_already.enrollment_id = enrolled.enrollment_id
            and left_already.decision in ('exit', 'ended')
    )

-- name: enrollments_of_build
select user_id, enrollment_id, sequence_id, device_id
from ({open_enrollments}) as found
where invocation_id = %(invocation_id)s

-- name: enrollments_of_device
select user_id, enrollment_id, sequence_id, device_id
from ({open_enrollments}) as found
where device_id = %(device_id)s and user_id = %(user_id)s

-- name: enrollments_by_id
select user_id, enrollment_id, sequence_id, device_id
from ({open_enrollments}) as found
where enrollment_id = any(%(enrollment_ids)s)

-- name: enrolled_ids
-- What of these was enrolled at all, whatever became of it.
select enrollment_id
from {memory}.sequence_decisions
where decision = 'enrolled' and enrollment_id = any(%(enrollment_ids)s)

-- name: enrolled_by_build
select count(*) as enrolled
from {memory}.sequence_decisions
where decision = 'enrolled' and invocation_id = %(invocation_id)s

-- name: moves_wait
-- Whether the tenant asked for moves that no build has carried out.
select
    exists (
        select 1 from dispatch.operator_requests as request
        where
            request.user_id = %(user_id)s
            and request.kind = 'reassign'
            and request.requested_at > coalesce((
                select run.started_at
                from dispatch.pipeline_runs as run
                where
                    run.target_schema = %(target)s
                    and run.writes_queue
                    and run.status = 'passed'
                order by run.run_no desc
                limit 1
            ), '-infinity')
    ) as is_waiting

-- name: device_owner
select user_id from {app}.user_devices where id = %(device_id)s
