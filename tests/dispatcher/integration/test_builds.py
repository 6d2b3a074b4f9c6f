"""Builds beside sends: readers, rebuilds, and the gate of guarantee 4."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import starmap
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dispatcher.cli import cli
from dispatcher.dbt_build import QUEUE, BuildError, Project
from dispatcher.errors import GateClosedError
from dispatcher.store.connect import connect
from dispatcher.store.migrate import create_app_schema
from tests.dispatcher.integration.harness import (
    DATABASE,
    OTHER_PHONE,
    OTHER_TENANT,
    PHONE,
    TARGET,
    Server,
    World,
    dbt,
    dbt_build,
    dbt_process,
    profile_of,
    recreate,
)
from tests.dispatcher.integration.processes import (
    is_waiting_for_a_lock,
    until,
)

FIRST = (PHONE, "WARM, day 1")
LATER: dict[str, object] = {"as_of": "2026-04-02 02:06:00+00"}


@pytest.fixture(autouse=True)
def _by_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "is_built_by_dbt", True)


@pytest.fixture
def edited(dbt_project: Project, tmp_path: Path) -> Project:
    """Return a copy to edit, without unit tests, with what dbt parsed."""
    folder = shutil.copytree(dbt_project.project_dir, tmp_path / "project")
    project = Project(folder, folder)
    for file in (project.project_dir / "models").rglob("*__unit_tests.yml"):
        file.unlink()
    return project


def run(world: World, folder: Path, *command: str) -> Result:
    """Run a command of the dispatcher against that world."""
    config = folder / "dispatcher.yml"
    config.write_text(
        "gateways:\n"
        "  native: {definition: gowa, base_url: 'http://127.0.0.1:9'}\n"
    )
    connection = world.project.arguments()
    return CliRunner().invoke(
        cli, [*command, *connection], env={"DISPATCHER_CONFIG": str(config)}
    )


def assert_closed(world: World, reason: str) -> None:
    """See that the dispatcher refuses, says why and sends nothing."""
    with pytest.raises(GateClosedError, match=reason):
        world.dispatch("0:05")
    assert world.ledger("id") == []
    assert world.texts() == []


# readers and rebuilds


def test_readers_never_see_an_error_while_builds_run(warm: World) -> None:
    reader = Reader(warm)
    with reader:
        for _ in range(3):  # without data tests, which only read
            beside = ("--exclude-resource-type", "unit_test", "test")
            assert dbt(warm.project, "build", *beside).success
    assert reader.errors == []
    assert reader.counts == {1}
    assert reader.reads > 100


class Reader(threading.Thread):
    """Reads due_steps over and over on a connection of its own."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.errors: list[Exception] = []
        self.counts: set[int] = set()
        self.reads = 0
        self._profile = world.profile
        self._stop_reading = threading.Event()

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self._stop_reading.set()
        self.join()

    def run(self) -> None:
        with closing(connect(self._profile)) as connection:
            connection.autocommit = True
            while not self._stop_reading.wait(0.005):
                try:
                    cursor = connection.execute(
                        "select count(*) from drip.due_steps"
                    )
                    self.counts.add(cursor.fetchall()[0][0])
                except Exception as error:  # noqa: BLE001  # any is a failure
                    self.errors.append(error)
                self.reads += 1


def test_a_full_refresh_sends_nothing_again(warm: World) -> None:
    warm.dispatch("0:05")
    warm.now("0:10")

    result = dbt(
        *(warm.project, "build", "--full-refresh"),
        *("--exclude-resource-type", "unit_test"),
    )

    assert result.success
    assert_next_step_only(warm)


def test_dropping_the_target_schema_sends_nothing_again(warm: World) -> None:
    warm.dispatch("0:05")
    warm.execute("drop schema drip cascade")

    warm.build("0:10", select=[])

    assert_next_step_only(warm)


def test_a_lost_memory_is_not_made_anew_by_itself(warm: World) -> None:
    """Not by the second build, either; who is voided might be sent more."""
    warm.dispatch("0:05")
    warm.execute("drop schema drip, drip_memory cascade")
    guard = "assert_candidates_are_new_to_the_ledger"
    for moment in ("0:10", "0:20"):
        with pytest.raises(BuildError, match=guard):
            warm.build(moment)
        assert warm.gate() != []

    warm.build("0:30", dbt_vars={"accept_lost_memory": True})

    warm.build("0:40")
    assert warm.gate() == []
    assert_next_step_only(warm)


def test_an_upgrade_adds_a_column_of_arrays(warm: World) -> None:
    warm.execute(
        "alter table drip_memory.sequence_definitions"
        " drop column placeholders cascade"
    )
    dbt(warm.project, "run", "--select", "sequence_definitions")
    assert warm.rows(
        "select format_type(atttypid, atttypmod) from pg_attribute where"
        " attrelid = 'drip_memory.sequence_definitions'::regclass"
        " and attname = 'placeholders'"
    ) == [("text[]",)]


def test_nothing_of_a_build_is_compiled(warm: World, edited: Project) -> None:
    """JIT takes seconds for what then runs for milliseconds."""
    found = "select setting from pg_settings where name = 'jit'"
    project = edited.project_dir
    (project / "models/marts/queue/jit.sql").write_text(
        "{{ config(materialized='table') }} " + found
    )
    (project / "tests/dbt/jit_is_off.sql").write_text(
        f"{found} and setting <> 'off'"
    )
    dbt_build(edited, select=["jit", "jit_is_off"])
    assert warm.rows("select * from drip.jit") == [("off",)]


def test_the_tables_of_the_crm_stay_as_they_are(warm: World) -> None:
    """Whoever is enrolled keeps the trigger, and so do all others."""
    warm.lead(OTHER_PHONE)
    before = crm(warm)
    warm.build("0:06")
    warm.dispatch("0:06")
    warm.build("24:07")
    assert len({phone for phone, _ in warm.texts()}) == len(before["leads"])
    assert crm(warm) == before


def test_no_table_has_a_trigger(warm: World) -> None:
    found = "select tgname from pg_trigger where not tgisinternal"
    assert warm.rows(found) == []


def crm(world: World) -> dict[str, list[str]]:
    """Return all that the CRM has."""
    tables = ("leads", "sequences", "sequence_steps", "user_devices", "users")
    return {
        table: [
            row
            for (row,) in world.rows(
                f"select row::text from public.{table} as row order by 1"  # noqa: S608
            )
        ]
        for table in tables
    }


def test_rows_stay_however_old_they_are(warm: World) -> None:
    """Done, due, and overdue for weeks."""
    warm.lead(OTHER_PHONE)
    warm.build("0:06")
    warm.dispatch("0:06")
    steps = "select enrollment_id, sequence_stepid from drip.sequence_contacts"
    before = set(warm.rows(steps))
    for moment in ("24:07", "72:00", "1000:00"):
        warm.build(moment)
        assert set(warm.rows(steps)) == before
    assert {"completed", "active"} <= {
        status for _, status in warm.contacts("status")
    }


def assert_next_step_only(world: World) -> None:
    """See that the gate is open and only the second step goes out."""
    assert world.contacts("status", "next_trigger_time")[:2] == [
        (1, "completed", None),
        (2, "active", "24:05"),
    ]
    world.build("24:05")
    world.dispatch("24:05")
    assert world.texts() == [FIRST, (PHONE, "WARM, day 2")]


# the gate


def test_a_good_build_opens_the_gate(warm: World) -> None:
    assert warm.gate() == []
    warm.dispatch("0:05")
    assert warm.texts() == [FIRST]


def test_a_killed_build_leaves_the_gate_closed(
    warm: World, tmp_path: Path
) -> None:
    with closing(connect(warm.profile)) as blocker:
        blocker.execute("lock table dispatch.suppressions")
        with dbt_process(warm.project, "build") as process:
            until(lambda: is_waiting_for_a_lock(warm))
            process.kill()
            process.wait()
    assert_closed(warm, "build_running")

    with pytest.raises(BuildError, match="another build of schema drip"):
        warm.build("0:06")
    assert_closed(warm, "build_running")
    # the killed one started on the test's clock: its lock ends after an hour
    warm.now("1:01")
    assert warm.gate() == ["build_died"]

    warm.build("0:07", dbt_vars={"build_takeover": True})
    assert warm.gate() == []


def test_a_dead_build_is_taken_over_once_its_lock_expires(
    warm: World,
) -> None:
    begin(warm)
    with pytest.raises(BuildError, match="another build") as raised:
        warm.build("1:00")
    assert "another invocation" in str(raised.value)
    assert "build_takeover" in str(raised.value)

    warm.build("1:02")

    assert warm.gate() == []
    assert warm.rows(
        "select status from dispatch.pipeline_runs"
        " where invocation_id = 'another invocation'"
    ) == [("died",)]


def begin(world: World) -> None:
    """Start a build at 0:01 that somebody else makes."""
    world.now("0:01")
    world.execute(
        "select dispatch.begin_run('another invocation', %s, 'public',"
        " 'build', true, null, 60, false)",
        TARGET,
    )


def test_a_build_that_is_told_to_stop_does_not_end_the_other(
    warm: World,
) -> None:
    begin(warm)
    with pytest.raises(BuildError):
        warm.build("0:02")
    assert warm.rows(
        "select invocation_id, status from dispatch.pipeline_runs"
        " order by run_no desc limit 1"
    ) == [("another invocation", "running")]
    assert warm.gate() == ["build_running"]


def test_a_run_without_tests_leaves_the_gate_closed(warm: World) -> None:
    assert dbt(warm.project, "run").success
    assert_closed(warm, "build_untested")

    assert dbt(warm.project, "test", "--exclude", "test_type:unit").success
    assert_closed(warm, "build_untested")

    warm.build("0:05")
    assert warm.gate() == []


def test_a_failing_data_test_leaves_the_gate_closed(
    warm: World, edited: Project
) -> None:
    (edited.project_dir / "tests/dbt/nothing_is_due.sql").write_text(
        "select * from {{ ref('due_steps') }}"
    )
    with pytest.raises(BuildError, match="nothing_is_due"):
        dbt_build(edited)
    assert_closed(warm, "build_failed.*nothing_is_due")


def test_a_failing_unit_test_leaves_the_gate_closed(
    warm: World, edited: Project
) -> None:
    unit_tests(edited, trimmed="b")
    differs = r"trimmed: (?s:.*) differs from "
    with pytest.raises(BuildError, match=differs):
        dbt_build(edited, with_unit_tests=True)
    assert_closed(warm, "build_failed.*trimmed")


def test_untested_code_opens_the_gate_once_its_unit_tests_pass(
    warm: World, edited: Project
) -> None:
    unit_tests(edited, trimmed="a")
    dbt_build(edited)
    assert_closed(warm, "build_untested.*not all unit tests passed")
    dbt_build(edited, with_unit_tests=True)
    assert warm.gate() == []
    dbt_build(edited)
    assert warm.gate() == []


def test_a_unit_test_that_is_left_out_leaves_the_gate_closed(
    warm: World, edited: Project
) -> None:
    """By the command or by a build of a part, also where another passes."""
    unit_tests(edited, good="a", bad="b")
    for part in (
        ("--exclude", "bad"),
        ("--select", "fold_watermarks", "good"),
    ):
        dbt(edited, "build", *part)
        assert_closed(warm, "build_untested")
        dbt_build(edited)
        assert_closed(warm, "build_untested.*not all unit tests passed")

    unit_tests(edited, good="a", bad="a")
    dbt_build(edited, with_unit_tests=True)
    assert warm.gate() == []


def test_a_cycle_selects_every_unit_test_of_the_queue(warm: World) -> None:
    """Or none would open the gate after the code changed."""
    listed = ["ls", "--resource-type", "unit_test", "--select"]
    of_queue = dbt(warm.project, *listed, "+due_steps", "+held_devices")
    buildable = ["--indirect-selection", "buildable"]
    of_cycle = dbt(warm.project, *listed, *QUEUE, *buildable)
    assert set(of_queue.result) <= set(of_cycle.result)
    assert len(of_queue.result) > 100


def unit_tests(project: Project, **tokens: str) -> None:
    """Write one for each token that is expected of ' a '."""
    (project.project_dir / "models/one__unit_tests.yml").write_text(
        "unit_tests:" + "".join(starmap(_unit_test, tokens.items()))
    )


def _unit_test(name: str, token: str) -> str:
    return f"""
  - name: {name}
    model: int_leads_tokenised
    given:
      - input: ref('stg_app__leads')
        format: sql
        rows: |
          select
            1 as user_id, 2 as lead_id, 3 as lead_key,
            '60123456789' as lead_phone, ' a ' as lead_trigger
    expect:
      rows:
        - {{token: {token}}}
"""


def test_an_empty_build_neither_opens_nor_harms(warm: World) -> None:
    warm.dispatch("0:05")
    warm.now("0:06")
    # dbt renders a ref in a hook as a subquery then: no valid insert
    unit_tests = ("--exclude-resource-type", "unit_test")
    dbt(warm.project, "build", "--empty", *unit_tests)
    with pytest.raises(GateClosedError, match=r"build_(not_live|failed)"):
        warm.dispatch("0:07")

    warm.build("0:10")

    assert warm.gate() == []
    assert warm.contacts("status", "next_trigger_time") == [
        (1, "completed", None),
        (2, "active", "24:05"),
        (3, "pending", "48:05"),
    ]


def test_no_other_time_is_built_where_messages_are_sent(warm: World) -> None:
    """What it decides would outrank what is decided before that time."""
    warm.lead(OTHER_PHONE)
    with pytest.raises(BuildError, match="schema drip is live") as raised:
        warm.build("0:01", dbt_vars=LATER)
    assert "2026-04-02" in str(raised.value)
    assert "--target" in str(raised.value)
    assert warm.gate() == []
    warm.build("0:02")
    assert len(warm.due()) == 2


def test_another_time_is_built_in_a_schema_of_its_own(
    warm: World, elsewhere: Project
) -> None:
    before = warm.contacts("status", "next_trigger_time")
    for _ in range(2):
        dbt_build(elsewhere, dbt_vars=LATER)
    assert warm.value("select count(*) from preview.sequence_contacts") == 3
    assert warm.gate() == []
    assert warm.contacts("status", "next_trigger_time") == before

    with pytest.raises(BuildError, match="schema preview was built as of"):
        dbt_build(elsewhere)
    warm.execute("drop schema preview, preview_memory cascade")
    for _ in range(2):
        dbt_build(elsewhere)
    with pytest.raises(BuildError, match="schema preview is live"):
        dbt_build(elsewhere, dbt_vars=LATER)


@pytest.fixture
def elsewhere(dbt_project: Project, tmp_path: Path) -> Project:
    """Return the project with another schema to build into."""
    folder = shutil.copytree(dbt_project.project_dir, tmp_path / "elsewhere")
    profiles = folder / "profiles.yml"
    schema = f'"schema": "{TARGET}"'
    assert schema in profiles.read_text()
    profiles.write_text(
        profiles.read_text().replace(schema, '"schema": "preview"')
    )
    return Project(folder, folder)


def test_a_part_of_what_is_read_never_opens(warm: World) -> None:
    unit_tests = ("--exclude-resource-type", "unit_test")
    dbt(warm.project, "build", "--sample", "3 days", *unit_tests)
    assert_closed(warm, "build_failed.*enrollment_")
    warm.build("0:06")
    assert warm.gate() == []


def test_another_crm_ends_nobody(warm: World) -> None:
    """It has none of the leads, so all would have left for good."""
    with closing(connect(warm.profile)) as crm:
        create_app_schema(crm, "other")
        crm.commit()
    before = warm.contacts("status", "next_trigger_time")
    other: dict[str, object] = {"app_schema": "other"}
    for part in ([], ["sequence_decisions"]):
        with pytest.raises(BuildError, match=r"expected public.* has leads"):
            warm.build("0:01", select=part, dbt_vars=other)
    warm.build("0:02")
    assert warm.gate() == []
    assert warm.contacts("status", "next_trigger_time") == before


def test_a_crm_that_moved_is_followed(warm: World) -> None:
    """Where the old one is gone, and where a person says so."""
    moved: dict[str, object] = {"app_schema": "crm"}
    before = warm.contacts("status", "next_trigger_time")
    move = "alter table {}.{} set schema {}"
    tables = ("users", "user_devices", "sequences", "sequence_steps", "leads")
    warm.execute("create schema crm")
    for table in tables:
        warm.execute(move.format("public", table, "crm"))
    warm.build("0:01", select=["+sequence_decisions"], dbt_vars=moved)
    for table in tables:
        warm.execute(f"create view public.{table} as table crm.{table}")
    accepted = {"app_schema": "public", "accept_app_schema": True}
    warm.build("0:02", select=["+sequence_decisions"], dbt_vars=accepted)
    assert warm.contacts("status", "next_trigger_time") == before


def test_no_target_writes_in_the_memory_of_another(
    warm: World, elsewhere: Project, tmp_path: Path
) -> None:
    state = str(tmp_path / "state")
    dbt(warm.project, "parse", "--write-json", "--target-path", state)
    warm.suppress("0:01")
    deferred = ["--select", "sequence_contacts", "--defer", "--state", state]
    outcome = dbt(elsewhere, "run", *deferred)
    assert "--defer is set" in str(outcome.exception)
    exits = (
        "select 1 from drip_memory.sequence_decisions where decision = 'exit'"
    )
    assert warm.rows(exits) == []


def test_a_partial_build_leaves_the_gate_closed(warm: World) -> None:
    warm.build("0:01", select=["sequence_contacts"])
    assert_closed(warm, "build_untested")


def test_a_build_beside_the_path_does_not_close_the_gate(
    warm: World,
) -> None:
    warm.build("0:01", select=["pipeline_findings"])
    assert warm.gate() == []
    assert warm.rows(
        "select writes_queue from dispatch.pipeline_runs"
        " order by run_no desc limit 1"
    ) == [(False,)]


def test_the_gate_is_asked_again_at_every_claim(warm: World) -> None:
    warm.lead(OTHER_PHONE)
    warm.build("0:01")
    warm.execute("""
        create function pause_after_the_first() returns trigger
        language plpgsql as $$ begin
            insert into dispatch.operator_requests
                (kind, reason, requested_by) values ('pause', 'enough', 'me');
            return new;
        end $$;
        create trigger pauses after insert on dispatch.broadcast_messages
        execute function pause_after_the_first()
    """)

    summary = warm.dispatch("0:05")

    assert summary.sent == 1
    assert summary.exit_code == 3
    assert "enough" in summary.ended_because
    assert len(warm.texts()) == 1


def test_the_switch(warm: World, tmp_path: Path) -> None:
    paused = run(warm, tmp_path, "pause", "--reason", "new texts", "--by", "N")
    assert paused.exit_code == 0
    assert_closed(warm, "switched_off: paused by N .*new texts")

    refused = run(warm, tmp_path, "run")
    assert refused.exit_code == 3
    assert "switched_off" in refused.stderr
    assert "new texts" in refused.stderr
    assert "Traceback" not in refused.output

    resumed = run(warm, tmp_path, "resume", "--reason", "done", "--by", "N")
    assert resumed.exit_code == 0
    warm.dispatch("0:05")
    assert warm.texts() == [FIRST]


def test_resume_opens_nothing_else(warm: World, tmp_path: Path) -> None:
    begin(warm)
    run(warm, tmp_path, "resume", "--reason", "no", "--by", "N")
    assert warm.gate() == ["build_running"]


def test_a_stale_build_closes_the_gate(warm: World) -> None:
    warm.now("5:59")
    assert warm.gate() == []
    with pytest.raises(GateClosedError, match="build_stale"):
        warm.dispatch("6:00")
    assert warm.texts() == []


def test_a_missing_view_closes_the_gate(warm: World, tmp_path: Path) -> None:
    warm.execute("drop view drip.due_steps")
    assert_closed(warm, "view_missing")
    refused = run(warm, tmp_path, "run")
    assert refused.exit_code == 3
    assert "view_missing" in refused.stderr


@pytest.mark.parametrize("version", [2, None])
def test_an_unknown_contract_closes_the_gate(
    warm: World, version: int | None
) -> None:
    warm.execute(
        "update dispatch.pipeline_runs set contract_version = %s", version
    )
    assert_closed(warm, "contract_unknown")


def test_without_any_build_the_gate_is_closed(
    world: World, tmp_path: Path
) -> None:
    world.execute("truncate dispatch.pipeline_runs")
    refused = run(world, tmp_path, "run")
    assert refused.exit_code == 3
    assert "never_built" in refused.stderr


def test_every_reason_is_told(warm: World, tmp_path: Path) -> None:
    warm.execute("drop view drip.due_steps")
    warm.now("7:00")
    run(warm, tmp_path, "pause", "--reason", "lunch", "--by", "N")
    assert sorted(warm.gate()) == [
        "build_stale",
        "switched_off",
        "view_missing",
    ]


@pytest.fixture
def uninitialised(server: Server) -> Iterator[World]:
    """Yield a world in which ``dispatcher init`` never ran."""
    recreate(server, DATABASE, "template1")
    profile = profile_of(server)
    with closing(connect(profile)) as connection:
        connection.autocommit = True
        yield World(profile, Project(Path()), connection)


def test_a_build_before_init_says_what_to_do(
    uninitialised: World, dbt_project: Project
) -> None:
    with pytest.raises(BuildError, match="dispatcher init"):
        dbt_build(dbt_project)
    written = "select 1 from pg_class where relnamespace::regnamespace::text"
    assert uninitialised.rows(f"{written} like 'drip%%'") == []


def test_a_run_before_init_says_what_to_do(
    uninitialised: World, dbt_project: Project, tmp_path: Path
) -> None:
    uninitialised.project = dbt_project
    refused = run(uninitialised, tmp_path, "run")
    assert refused.exit_code == 2
    assert "dispatcher init" in refused.stderr
    assert "Traceback" not in refused.output


def test_a_double_row_of_the_ledger_closes_the_gate(warm: World) -> None:
    """Guarantee 1's own test reads what no model of the queue does."""
    warm.dispatch("0:05")
    warm.execute("drop index dispatch.broadcast_messages_once")
    warm.execute(
        "insert into dispatch.broadcast_messages"
        " select (jsonb_populate_record(sent, jsonb_build_object("
        "'attempt_no', 2, 'id', gen_random_uuid(),"
        " 'row_xid', pg_current_xact_id()::text))).*"
        " from dispatch.broadcast_messages as sent"
    )
    with pytest.raises(BuildError, match="assert_no_step_is_sent_twice"):
        warm.build("0:10")
    assert warm.gate() == ["build_failed"]


@pytest.mark.parametrize("table", ["leads", "user_devices"])
def test_what_moves_to_another_tenant_stops_nobody_else(
    warm: World, table: str
) -> None:
    warm.tenant(OTHER_TENANT)
    warm.dispatch("0:05")
    warm.execute(f"update {table} set user_id = %s", OTHER_TENANT)  # noqa: S608
    for moment in ("0:10", "24:10"):
        warm.build(moment)
        assert warm.gate() == []
    warm.dispatch("24:11")
    assert warm.texts() == [FIRST]
