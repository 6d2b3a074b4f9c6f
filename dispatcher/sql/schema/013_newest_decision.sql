-- The newest decision that a build knew, by its transaction: a memory without
-- it was restored from an older backup. Null where the build decided nothing.
alter table dispatch.pipeline_runs
add column newest_decision xid8;

create index pipeline_runs_newest_decision
on dispatch.pipeline_runs (target_schema, run_no desc)
where newest_decision is not null;
