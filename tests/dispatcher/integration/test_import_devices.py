"""Devices into the real tables, and no credential anywhere else."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result

from dispatcher import profile
from dispatcher.cli import cli
from dispatcher.profile import Profile

USER = UUID("00000000-0000-4000-8000-00000000000a")
STRANGER = UUID("00000000-0000-4000-8000-00000000000b")
DEVICE = UUID("00000000-0000-4000-8000-0000000000d1")
FOREIGN = UUID("00000000-0000-4000-8000-0000000000d2")
COUNTS = "accepted {}, updated {}, unchanged {}, duplicates {}, rejected {}\n"

Run = Callable[..., Result]


@pytest.fixture
def tenants(connection: psycopg.Connection) -> psycopg.Connection:
    for user in (USER, STRANGER):
        connection.execute(
            "insert into users (id, email, full_name, password_hash)"
            " values (%s, %s, 'A User', '')",
            [user, f"{user}@example.com"],
        )
    connection.execute(
        "insert into user_devices (id, user_id, device_name, jid)"
        " values (%s, %s, 'A', 'tok3n'), (%s, %s, 'A', 'tok3n')",
        [DEVICE, USER, FOREIGN, STRANGER],
    )
    return connection


@pytest.fixture
def run(
    tenants: psycopg.Connection,
    database: Profile,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Run:
    """Import a text by the command."""
    monkeypatch.setattr(profile, "load", lambda *_: database)
    path = tmp_path / "devices.csv"

    def invoke(text: str, *args: str) -> Result:
        path.write_text(text)
        command = ["import", "devices", str(path), "--user", str(USER)]
        return CliRunner().invoke(cli, [*command, *args])

    return invoke


def devices(connection: psycopg.Connection, *columns: str) -> list[Any]:
    names = ", ".join(columns)
    return connection.execute(
        f"select {names} from user_devices"  # noqa: S608 - of this file
        f" where user_id = '{USER}' order by device_name"
    ).fetchall()


def test_a_new_device_and_a_changed_one(
    run: Run, tenants: psycopg.Connection
) -> None:
    result = run(
        "device_name,phone,jid,status,platform,min_delay_seconds\n"
        "A,,,online,,\n"
        "B,012-3456789,s3cret,,Wablas,7\n"
    )
    assert result.exit_code == 0, result.output
    assert result.output == COUNTS.format(1, 1, 0, 0, 0)
    assert devices(
        tenants, "device_name", "phone", "jid", "status", "platform",
        "min_delay_seconds", "max_delay_seconds",
    ) == [
        ("A", None, "tok3n", "online", None, 5, 15),
        ("B", "60123456789", "s3cret", "offline", "Wablas", 7, 15),
    ]  # fmt: skip
    assert devices(tenants, "id")[0] == (DEVICE,)


def test_a_device_is_renamed_by_its_id(
    run: Run, tenants: psycopg.Connection
) -> None:
    new = UUID("00000000-0000-4000-8000-0000000000d9")
    result = run(f"id,device_name\n{DEVICE},C\n{new},D\n")
    assert result.output == COUNTS.format(1, 1, 0, 0, 0)
    assert devices(tenants, "id", "device_name") == [(DEVICE, "C"), (new, "D")]


def test_importing_twice_changes_nothing(
    run: Run, tenants: psycopg.Connection
) -> None:
    text = "device_name,status\nA,online\nB,\nB,online\n"
    assert run(text).output == COUNTS.format(1, 1, 0, 1, 0)
    before = devices(tenants, "xmin")
    assert run(text).exit_code == 0
    text = "device_name,status\nA,online\nB,online\n"
    assert run(text).output == COUNTS.format(0, 0, 2, 0, 0)
    assert devices(tenants, "xmin")[0] == before[0]


def test_refused_rows_do_not_stop_the_others(
    run: Run, tenants: psycopg.Connection, tmp_path: Path
) -> None:
    result = run(
        "id,device_name,jid,min_delay_seconds\n"
        f"{FOREIGN},A,,\n"
        ",B,tok3n,\n"
        ",C,,16\n"
        ",,,\n"
        ",,x,\n"
        ",E,,\n"
    )
    assert result.exit_code == 1
    assert result.output.startswith(COUNTS.format(1, 0, 0, 0, 4))
    assert "tok3n" not in result.output
    with (tmp_path / "devices.csv.rejects.csv").open(newline="") as file:
        found = [(row["line"], row["column"]) for row in csv.DictReader(file)]
    assert sorted(found) == [
        ("2", "id"),
        ("3", "jid"),
        ("4", "min_delay_seconds"),
        ("6", "device_name"),
    ]
    assert devices(tenants, "device_name") == [("A",), ("E",)]


def test_the_same_jid_of_another_user_is_none_of_ours(run: Run) -> None:
    result = run(f"id,device_name,jid\n{DEVICE},A,tok3n\n")
    assert result.output == COUNTS.format(0, 0, 1, 0, 0)


def test_two_devices_of_one_name_need_an_id(
    run: Run, tenants: psycopg.Connection
) -> None:
    tenants.execute(
        "insert into user_devices (user_id, device_name) values (%s, 'A')",
        [USER],
    )
    assert run("device_name\nA\n").exit_code == 1
    assert run(f"id,device_name\n{DEVICE},A\n").exit_code == 0


def test_a_dry_run_changes_nothing(
    run: Run, tenants: psycopg.Connection
) -> None:
    result = run("device_name\nB\n", "--dry-run")
    assert result.exit_code == 0
    assert result.output.endswith("dry run: nothing changed\n")
    assert devices(tenants, "device_name") == [("A",)]


def test_the_column_device_name_is_required(run: Run) -> None:
    result = run("name\nB\n")
    assert result.exit_code == 2
    assert "no column 'device_name'" in result.output
