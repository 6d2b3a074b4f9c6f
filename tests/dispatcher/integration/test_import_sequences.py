"""Sequences into the real tables: shown first, then all or nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result

from dispatcher import profile
from dispatcher.cli import cli
from dispatcher.errors import ConfigError, InputError
from dispatcher.imports.load import load_sequences
from dispatcher.imports.sequence_plan import Plan
from dispatcher.profile import Profile
from dispatcher.store.imports import Tenant

USER = UUID("00000000-0000-4000-8000-00000000000a")
STRANGER = UUID("00000000-0000-4000-8000-00000000000b")

WARM = """\
sequences:
  - name: WARM
    trigger: warm_start
    status: active
    time: "09:30"
    steps:
      - {day: 1, message: "Hi {name}", time: "10:00", delay_hours: 12}
      - {day: 3, type: image, media_url: "https://example.com/a.jpg"}
"""

Load = Callable[[str], Plan]


@pytest.fixture
def tenants(connection: psycopg.Connection) -> psycopg.Connection:
    for user in (USER, STRANGER):
        connection.execute(
            "insert into users (id, email, full_name, password_hash)"
            " values (%s, %s, 'A User', '')",
            [user, f"{user}@example.com"],
        )
    return connection


@pytest.fixture
def load(tenants: psycopg.Connection, tmp_path: Path) -> Load:
    def run(text: str) -> Plan:
        path = tmp_path / "sequences.yml"
        path.write_text(text)
        tenant = Tenant(tenants, "public", USER)
        return load_sequences(tenant, path, lambda _: True)

    return run


def rows(connection: psycopg.Connection, statement: str) -> list[Any]:
    return connection.execute(statement.encode()).fetchall()


def steps(connection: psycopg.Connection, *columns: str) -> list[Any]:
    names = ", ".join(columns)
    return rows(
        connection,
        f"select {names} from sequence_steps"  # noqa: S608 - of this file
        " order by sequence_id, day_number",
    )


def test_a_new_sequence_has_every_column(
    load: Load, tenants: psycopg.Connection
) -> None:
    load(WARM)
    assert rows(
        tenants,
        "select user_id, name, trigger, status, is_active, skip_weekends,"
        " time_schedule, schedule_time, min_delay_seconds,"
        " max_delay_seconds from sequences",
    ) == [
        (USER, "WARM", "warm_start", "active", True, False, "09:30", "09:30",
         10, 30)
    ]  # fmt: skip
    assert steps(
        tenants, "day_number", "day", "trigger", "next_trigger",
        "trigger_delay_hours", "is_entry_point", "message_type", "content",
        "media_url", "time_schedule", "send_time", "min_delay_seconds",
        "max_delay_seconds",
    ) == [
        (1, 1, "warm_start", None, 12, True, "text", "Hi {name}", None,
         "10:00", "10:00", None, None),
        (3, 3, None, None, 24, False, "image", None,
         "https://example.com/a.jpg", None, None, None, None),
    ]  # fmt: skip


def test_a_changed_file_keeps_the_ids(
    load: Load, tenants: psycopg.Connection
) -> None:
    load(WARM)
    (sequence,) = rows(tenants, "select id from sequences")
    first, last = steps(tenants, "id")
    text = WARM.replace("active", "paused").replace("Hi", "Hello")
    text = text.replace("day: 3", "day: 4")
    plan = load(text)
    assert list(plan.lines()) == [
        '~ sequence "WARM"',
        "    ~ status: 'active' -> 'paused'",
        "    ~ is_active: True -> False",
        "  ~ step of day 1",
        "      ~ message: 'Hi {name}' -> 'Hello {name}'",
        "  - step of day 3",
        "      - day_number: 3",
        "      - delay_hours: 24",
        "      - entry_point: False",
        "      - type: 'image'",
        "      - media_url: 'https://example.com/a.jpg'",
        "  + step of day 4",
        "      + day_number: 4",
        "      + delay_hours: 24",
        "      + entry_point: False",
        "      + type: 'image'",
        "      + media_url: 'https://example.com/a.jpg'",
    ]
    found = rows(tenants, "select id, status, is_active from sequences")
    assert found == [(*sequence, "paused", False)]
    assert steps(tenants, "id, content")[0] == (*first, "Hello {name}")
    assert steps(tenants, "id")[1] != last


def test_the_same_file_again_changes_nothing(
    load: Load, tenants: psycopg.Connection
) -> None:
    load(WARM)
    before = rows(tenants, "select xmin from sequences")
    assert load(WARM).changes == ()
    assert rows(tenants, "select xmin from sequences") == before


def test_the_seed_s_sequence_with_a_blank_trigger(
    load: Load, tenants: psycopg.Connection
) -> None:
    tenants.execute(
        "insert into sequences (user_id, name, trigger, status)"
        " values (%s, 'WARM', '', 'draft')",
        [USER],
    )
    tenants.execute(
        "insert into sequence_steps (sequence_id, day_number, content,"
        " next_trigger, send_time, time_schedule)"
        " select id, 1, 'Hi {name}', '', '9.30', 'Invalid Date'"
        " from sequences"
    )
    lines = list(load(WARM).lines())
    assert "    ~ trigger: '' -> 'warm_start'" in lines
    assert "      ~ send_time: '9.30' -> '10:00'" in lines
    assert "      ~ time: 'Invalid Date' -> '10:00'" in lines
    assert not [line for line in lines if "next_trigger" in line]
    assert steps(tenants, "send_time")[0] == ("10:00",)


def test_a_sequence_the_file_leaves_out_stays(
    load: Load, tenants: psycopg.Connection
) -> None:
    load(WARM)
    load(WARM.replace("WARM", "HOT").replace("warm", "hot"))
    assert rows(tenants, "select name from sequences order by 1") == [
        ("HOT",),
        ("WARM",),
    ]


def test_a_link_may_lead_to_a_stored_sequence_of_the_same_user(
    load: Load, tenants: psycopg.Connection
) -> None:
    text = WARM.replace("a.jpg", 'a.jpg", next_trigger: "hot_start')
    tenants.execute(
        "insert into sequences (user_id, name, trigger)"
        " values (%s, 'HOT', 'hot_start')",
        [STRANGER],
    )
    with pytest.raises(ConfigError, match=r"yml:8: .*'hot_start'"):
        load(text)
    tenants.execute("update sequences set user_id = %s", [USER])
    load(text)
    assert steps(tenants, "next_trigger")[1] == ("hot_start",)


def test_another_user_s_sequence_of_that_name_is_not_touched(
    load: Load, tenants: psycopg.Connection
) -> None:
    tenants.execute(
        "insert into sequences (user_id, name, trigger)"
        " values (%s, 'WARM', 'theirs')",
        [STRANGER],
    )
    load(WARM)
    assert rows(tenants, "select trigger from sequences order by 1") == [
        ("theirs",),
        ("warm_start",),
    ]


@pytest.mark.parametrize(
    ("twin", "problem"),
    [
        (
            "insert into sequences (user_id, name) table twin",
            "yml:2: .*2 stored sequences have this name",
        ),
        (
            "insert into sequence_steps (sequence_id, day_number) table day",
            "yml:2: .*2 stored steps have day 3",
        ),
    ],
)
def test_what_cannot_be_told_apart_is_refused(
    load: Load, tenants: psycopg.Connection, twin: str, problem: str
) -> None:
    load(WARM)
    tenants.execute(
        "create view twin as select user_id, name from sequences;"
        "create view day as select id, 3 from sequences"
    )
    tenants.execute(twin.encode())
    with pytest.raises(ConfigError, match=problem):
        load(WARM)


def test_all_or_nothing(load: Load, tenants: psycopg.Connection) -> None:
    load(WARM)
    tenants.execute(
        "create table progress (step uuid references sequence_steps);"
        "insert into progress select id from sequence_steps"
    )
    before = steps(tenants, "id", "content", "day_number")
    text = WARM.replace("Hi", "Hello").replace("day: 3", "day: 4")
    with pytest.raises(Exception, match="nothing was imported: update or del"):
        load(text)
    assert steps(tenants, "id", "content", "day_number") == before


def test_an_edit_between_approval_and_import_is_not_lost(
    load: Load, tenants: psycopg.Connection, tmp_path: Path
) -> None:
    load(WARM)
    path = tmp_path / "sequences.yml"
    path.write_text(WARM.replace("Hi", "Hello"))

    def approve(_: Plan) -> bool:
        tenants.execute("update sequence_steps set content = 'edited'")
        return True

    with pytest.raises(InputError, match="in the meantime"):
        load_sequences(Tenant(tenants, "public", USER), path, approve)
    assert steps(tenants, "content")[0] == ("edited",)


# --- the command -----------------------------------------------------------


@pytest.fixture
def run(
    tenants: psycopg.Connection,
    database: Profile,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[..., Result]:
    monkeypatch.setattr(profile, "load", lambda *_: database)
    path = tmp_path / "sequences.yml"
    path.write_text(WARM)

    def invoke(*args: str, **options: Any) -> Result:
        command = ["import", "sequences", str(path), "--user", str(USER)]
        return CliRunner().invoke(cli, [*command, *args], **options)

    return invoke


def test_without_a_terminal_yes_is_required(
    run: Callable[..., Result], tenants: psycopg.Connection
) -> None:
    result = run()
    assert result.exit_code == 2, result.output
    assert '+ sequence "WARM"' in result.output
    assert "add --yes" in result.output
    assert steps(tenants, "id") == []


def test_a_dry_run_shows_and_changes_nothing(
    run: Callable[..., Result], tenants: psycopg.Connection
) -> None:
    result = run("--dry-run")
    assert result.exit_code == 0, result.output
    assert '+ sequence "WARM"' in result.output
    assert result.output.endswith("dry run: nothing changed\n")
    assert steps(tenants, "id") == []


def test_yes_imports_and_a_second_time_needs_no_yes(
    run: Callable[..., Result], tenants: psycopg.Connection
) -> None:
    result = run("--yes")
    assert result.exit_code == 0, result.output
    assert result.output.endswith("done\n")
    assert len(steps(tenants, "id")) == 2
    result = run()
    assert (result.exit_code, result.output) == (0, "nothing to change\n")


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_on_a_terminal_it_asks(
    run: Callable[..., Result],
    tenants: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    monkeypatch.setattr("dispatcher.cli.imports._is_terminal", lambda: True)
    result = run(input=answer)
    assert result.exit_code == code, result.output
    assert len(steps(tenants, "id")) == (2 if code == 0 else 0)


def test_a_bad_file_exits_2_and_names_the_line(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    text = WARM.replace("09:30", "9:30")
    (tmp_path / "sequences.yml").write_text(text)
    result = run("--yes")
    assert result.exit_code == 2, result.output
    assert "sequences.yml:5: sequences.0.time: met '9:30'" in result.output
