-- The newest decision that a build knew, by its transaction: a memory without
-- it was restored from an older backup. Null where the build decided nothing.
alter table dispatch.pipeline_runs
add column newest_decision xid8;
