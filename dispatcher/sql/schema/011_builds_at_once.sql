-- Builds that were taken over, and builds of another time.
alter table dispatch.pipeline_runs
add column as_of timestamptz,
-- Of a run that ended after it was taken over: the newest run by then
add column outlived_run_no bigint;

create index pipeline_runs_outlived
on dispatch.pipeline_runs (target_schema, outlived_run_no)
where outlived_run_no is not null;

-- An advisory lock and no row lock: who waits for it is not overtaken by who
-- shares it, it takes no right to update, and pg_locks names its holders.
create function dispatch.run_lock(this_invocation text) returns bigint
language sql immutable parallel safe
return hashtextextended('dispatch.pipeline_runs ' || this_invocation, 0);

-- Called in each transaction in which a build writes, before it does. Who
-- takes the build over waits for those under way, and after it none writes.
create function dispatch.hold_run(this_invocation text) returns void
language plpgsql as $$
declare
    mine dispatch.pipeline_runs;
begin
    perform pg_advisory_xact_lock_shared(dispatch.run_lock(this_invocation));
    select * into mine from dispatch.pipeline_runs
    where invocation_id = this_invocation;
    if mine.status is distinct from 'running' then
        raise exception
            'the build lock is lost: invocation % is %, expected running',
            this_invocation, coalesce(mine.status, 'not on record')
            using hint = 'Another build took it over, or its row was '
            'deleted; this one writes nothing more. Run dbt build when no '
            'other is running.';
    end if;
end $$;

-- With a default, so that what calls it as before goes on.
drop function dispatch.begin_run(
    text, text, text, text, boolean, text, integer, boolean
);

-- Called by on-run-start. Takes the build lock, or raises; a run that does
-- not write what due_steps depends on needs no lock.
create function dispatch.begin_run(
    this_invocation text,
    this_target text,
    this_app_schema text,
    this_command text,
    this_writes_queue boolean,
    this_code_hash text,
    lock_minutes integer,
    take_over boolean,
    this_as_of timestamptz default null,
    has_memory boolean default false
) returns void
language plpgsql
-- A build that is frozen in mid-model is waited for, but not for ever
set lock_timeout = '30s' as $$
declare
    now_at timestamptz := dispatch.now_utc();
    other dispatch.pipeline_runs;
    holders text;
begin
    perform dispatch.assert_one_clock(
        this_target, this_writes_queue, this_as_of, has_memory
    );

    begin
        for other in
            select * from dispatch.pipeline_runs
            where
                target_schema = this_target and status = 'running'
                and (expires_at <= now_at or (take_over and writes_queue))
            order by run_no
        loop
            perform pg_advisory_xact_lock(
                dispatch.run_lock(other.invocation_id)
            );
            update dispatch.pipeline_runs
            set status = 'died', finished_at = now_at, detail = 'never finished'
            where run_no = other.run_no and status = 'running';
        end loop;
    exception when lock_not_available then
        select string_agg(pid::text, ', ' order by pid) into holders
        from pg_locks
        where
            locktype = 'advisory' and objsubid = 1 and granted
            and database = (
                select oid from pg_database where datname = current_database()
            )
            and (classid::bigint << 32) | objid::bigint
            = dispatch.run_lock(other.invocation_id);
        raise exception
            'the build to take over still writes schema %: invocation %, '
            'since %, by backend %, expected none',
            this_target, other.invocation_id, other.started_at, holders
            using hint = 'Wait for it. If it is frozen, kill its dbt, or run '
            'select pg_terminate_backend(pid). Then build again.';
    end;

    insert into dispatch.pipeline_runs (
        invocation_id, target_schema, app_schema, command, writes_queue,
        code_hash, as_of, started_at, expires_at
    ) values (
        this_invocation, this_target, this_app_schema, this_command,
        this_writes_queue, this_code_hash, this_as_of, now_at,
        now_at + make_interval(mins => lock_minutes)
    );
exception when unique_violation then
    select * into other from dispatch.pipeline_runs
    where target_schema = this_target and status = 'running' and writes_queue;
    raise exception
        'another build of schema % is running: invocation %, since %',
        this_target, other.invocation_id, other.started_at
        using hint = format(
            'Wait for it. A dead one is taken over at %s, or now by '
            'dbt build --vars ''build_takeover: true''.', other.expires_at
        );
end $$;

-- What a build decides is remembered with its time and outranks what later
-- builds decide before that time. So a schema is live, or of another time.
create function dispatch.assert_one_clock(
    this_target text,
    this_writes_queue boolean,
    this_as_of timestamptz,
    has_memory boolean
) returns void
language plpgsql as $$
declare
    other dispatch.pipeline_runs;
begin
    -- the newest that passed: only a live one does
    select * into other from dispatch.pipeline_runs
    where target_schema = this_target and status = 'passed' and writes_queue
    order by run_no desc
    limit 1;
    if found and this_as_of is not null then
        raise exception
            'var as_of is %, expected none: schema % is live, a build of it '
            'passed at %', this_as_of, this_target, other.finished_at
            using hint = 'Leave as_of out, or build into a schema of its own: '
            'another target of profiles.yml, by dbt build --target.';
    end if;

    select * into other from dispatch.pipeline_runs
    where target_schema = this_target and writes_queue
    order by run_no desc
    limit 1;
    if
        this_as_of is null and this_writes_queue and has_memory
        and other.as_of is not null
    then
        raise exception
            'var as_of is not set, expected a time: schema % was built as of '
            '%, by invocation %', this_target, other.as_of, other.invocation_id
            using hint = format(
                'Set as_of, or build into another schema (dbt build '
                '--target). To use this one for sending, drop it first: drop '
                'schema %I, %I cascade.', this_target, this_target || '_memory'
            );
    end if;
end $$;

-- Called by on-run-end; changes only the row of its own invocation, since
-- dbt runs on-run-end even when on-run-start failed.
create or replace function dispatch.finish_run(
    this_invocation text,
    this_status text,
    this_detail text,
    this_unit_tests_passed boolean,
    this_contract_version integer
) returns void
language sql as $$
    update dispatch.pipeline_runs as run
    set
        detail = case
            when this_status = 'passed' and not proven.by_unit_tests
                then 'not all unit tests passed, nor ever for this code'
            else this_detail
        end,
        status = case
            when this_status = 'passed' and not proven.by_unit_tests
                then 'untested'
            else this_status
        end,
        unit_tests_passed = this_unit_tests_passed,
        contract_version = this_contract_version,
        finished_at = dispatch.now_utc()
    from (
        select
            this_unit_tests_passed or exists (
                select 1 from dispatch.pipeline_runs as earlier
                inner join dispatch.pipeline_runs as mine
                    on earlier.code_hash = mine.code_hash
                where
                    mine.invocation_id = this_invocation
                    and earlier.unit_tests_passed
            ) as by_unit_tests
    ) as proven
    where run.invocation_id = this_invocation and run.status = 'running';

    -- It was taken over and ended only now. The project of an older version
    -- does not call hold_run: it may have written after the others' tests.
    update dispatch.pipeline_runs as run
    set
        outlived_run_no = (
            select max(newer.run_no)
            from dispatch.pipeline_runs as newer
            where newer.target_schema = run.target_schema and newer.writes_queue
        )
    where
        run.invocation_id = this_invocation
        and run.status = 'died' and run.writes_queue
$$;

-- Guarantee 4. No row comes back when sending is allowed; else why not.
create or replace function dispatch.gate(
    this_target text, max_age_minutes integer, known_versions integer[]
) returns table (reason text, explanation text)
language sql stable as $$
    with latest_run as (
        select * from dispatch.pipeline_runs
        where target_schema = this_target and writes_queue
        order by run_no desc
        limit 1
    ),

    pause_of_everything as (
        select * from dispatch.standing_pauses where user_id is null
    ),

    reasons as (
        select 'never_built' as reason, format(
            'no build of schema %I is on record: run dbt build', this_target
        ) as explanation
        where not exists (select 1 from latest_run)
        union all
        select 'switched_off', format(
            'paused by %s at %s: %s (dispatcher resume takes it back)',
            requested_by, requested_at, pause_of_everything.reason
        )
        from pause_of_everything
        union all
        select
            case
                when status <> 'running' then 'build_' || status
                when expires_at <= dispatch.now_utc() then 'build_died'
                else 'build_running'
            end,
            format(
                'dbt %s %s (%s, started %s)%s: it opens again after a whole '
                'dbt build that passes', command, status, invocation_id,
                started_at, ', ' || detail
            )
        from latest_run where status <> 'passed'
        union all
        select 'build_overtaken', format(
            'dbt %s (%s, started %s) was taken over and ended after a newer '
            'one had begun: run dbt build',
            overtaken.command, overtaken.invocation_id, overtaken.started_at
        )
        from dispatch.pipeline_runs as overtaken, latest_run
        where
            overtaken.target_schema = this_target
            and overtaken.outlived_run_no >= latest_run.run_no
            and latest_run.status = 'passed'
        union all
        select 'build_stale', format(
            'the last good build ended %s, more than %s minutes ago: run '
            'dbt build', finished_at, max_age_minutes
        )
        from latest_run
        where
            status = 'passed' and finished_at
            <= dispatch.now_utc() - make_interval(mins => max_age_minutes)
        union all
        select 'view_missing', format(
            '%I.due_steps does not exist: run dbt build', this_target
        )
        where
            exists (select 1 from latest_run)
            and to_regclass(format('%I.due_steps', this_target)) is null
        union all
        select 'contract_unknown', format(
            'due_steps has contract version %s; this dispatcher knows %s: '
            'install the dispatcher that goes with the project',
            contract_version, known_versions
        )
        from latest_run
        where
            status = 'passed'
            and not coalesce(contract_version = any(known_versions), false)
    )

    select reasons.reason, reasons.explanation from reasons
$$;
