-- name: gate
select reason, explanation
from dispatch.gate(
    %(target)s, %(max_age_minutes)s::integer, %(versions)s::integer[]
)

-- name: last_good_build
select invocation_id, app_schema, finished_at
from dispatch.pipeline_runs
where target_schema = %(target)s and writes_queue and status = 'passed'
order by run_no desc
limit 1

-- name: last_build
select invocation_id, command, status, detail, started_at, finished_at
from dispatch.pipeline_runs
where target_schema = %(target)s and writes_queue
order by run_no desc
limit 1

-- name: unit_tests_passed
select exists (
    select 1 from dispatch.pipeline_runs
    where code_hash = %(code_hash)s and unit_tests_passed
) as passed
