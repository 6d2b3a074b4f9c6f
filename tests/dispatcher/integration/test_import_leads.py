"""Leads into the real tables: merged, refused, all in one transaction."""

import csv
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result

from dispatcher import profile
from dispatcher.cli import cli
from dispatcher.errors import DatabaseError, InputError
from dispatcher.imports.load import Report, Source, load_leads
from dispatcher.profile import Profile
from dispatcher.store.connect import connect
from dispatcher.store.imports import Merged, Tenant

USER = UUID("00000000-0000-4000-8000-00000000000a")
STRANGER = UUID("00000000-0000-4000-8000-00000000000b")
DEVICE = UUID("00000000-0000-4000-8000-0000000000d1")
SECOND = UUID("00000000-0000-4000-8000-0000000000d2")
FOREIGN = UUID("00000000-0000-4000-8000-0000000000d3")
EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"

Load = Callable[..., Report]


@pytest.fixture
def tenants(connection: psycopg.Connection) -> psycopg.Connection:
    for user in (USER, STRANGER):
        connection.execute(
            "insert into users (id, email, full_name, password_hash)"
            " values (%s, %s, 'A User', '')",
            [user, f"{user}@example.com"],
        )
    for device, user in ((DEVICE, USER), (SECOND, USER), (FOREIGN, STRANGER)):
        connection.execute(
            "insert into user_devices (id, user_id, device_name)"
            " values (%s, %s, %s)",
            [device, user, f"D-{str(device)[-2:]}"],
        )
    return connection


@pytest.fixture
def load(tenants: psycopg.Connection, tmp_path: Path) -> Load:
    """Import a text; the rows that are refused lie in ``rejects.csv``."""

    def run(
        text: str, *, device: UUID | None = DEVICE, **options: Any
    ) -> Report:
        path = tmp_path / "leads.csv"
        path.write_text(text)
        source = Source(path, tmp_path / "rejects.csv", "MY", **options)
        return load_leads(Tenant(tenants, "public", USER), source, device)

    return run


def leads(connection: psycopg.Connection, *columns: str) -> list[Any]:
    names = ", ".join(f'"{column}"' for column in columns)
    return connection.execute(
        f"select {names} from leads order by id"  # noqa: S608 - of this file
    ).fetchall()


def add_lead(connection: psycopg.Connection, **values: Any) -> None:
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    connection.execute(
        f"insert into leads (user_id, device_id, name, {names})"  # noqa: S608
        f" values ('{USER}', '{DEVICE}', 'old', {marks})",
        list(values.values()),
    )


def rejects(tmp_path: Path) -> list[list[str]]:
    with (tmp_path / "rejects.csv").open(newline="") as file:
        return list(csv.reader(file))[1:]


# --- merging ---------------------------------------------------------------


def test_a_new_lead_has_every_column(
    load: Load, tenants: psycopg.Connection
) -> None:
    report = load(
        "phone,name,trigger,device_id,niche,status,target_status,platform,"
        "provider,journey,group,community\n"
        f'012-345 6789,Ali,"a, b",{SECOND},n,s,t,p,pr,j,g,c\n'
    )
    assert report.merged == Merged(1, 0, 0, 0)
    assert (report.rejected, report.rejects) == (0, None)
    (row,) = leads(
        tenants, "user_id", "phone", "name", "trigger", "device_id",
        "device_name", "niche", "status", "target_status", "platform",
        "provider", "journey", "group", "community",
    )  # fmt: skip
    assert row == (
        USER, "60123456789", "Ali", "a, b", SECOND, "D-d2", "n", "s", "t",
        "p", "pr", "j", "g", "c",
    )  # fmt: skip


def test_a_new_lead_with_a_phone_alone_has_the_table_s_defaults(
    load: Load, tenants: psycopg.Connection
) -> None:
    load("phone\n60123456789\n")
    tenants.execute(
        "insert into leads (user_id, device_id, name, phone)"
        " values (%s, %s, '', '60123456788')",
        [USER, DEVICE],
    )
    columns = ("name", "trigger", "niche", "status", "target_status")
    first, second = leads(tenants, *columns)
    assert first == second


def test_a_known_phone_updates_its_oldest_lead(
    load: Load, tenants: psycopg.Connection
) -> None:
    add_lead(tenants, phone="60123456789", created_at=None)
    add_lead(tenants, phone="+60 12-345 6789", created_at="2025-02-01")
    add_lead(tenants, phone="60123456789", created_at="2025-02-01")
    add_lead(tenants, phone="60123456789", created_at="2025-03-01")
    report = load("phone,name\n012-3456789,new\n")
    assert report.merged == Merged(0, 1, 0, 0)
    assert leads(tenants, "name", "phone") == [
        ("old", "60123456789"),
        ("new", "+60 12-345 6789"),
        ("old", "60123456789"),
        ("old", "60123456789"),
    ]


def test_an_update_writes_each_column(
    load: Load, tenants: psycopg.Connection
) -> None:
    columns = (
        *("name", "trigger", "niche", "status", "target_status", "platform"),
        *("provider", "journey", "group", "community"),
    )
    add_lead(tenants, phone="60123456789")
    values = tuple(f"new {column}" for column in columns)
    report = load(
        f"phone,device_id,{','.join(columns)}\n"
        f"60123456789,{SECOND},{','.join(values)}\n"
    )
    assert report.merged == Merged(0, 1, 0, 0)
    found = leads(tenants, "device_id", "device_name", *columns)
    assert found == [(SECOND, "D-d2", *values)]


def test_a_look_up_that_fails_inserts_nothing(
    load: Load, tenants: psycopg.Connection
) -> None:
    add_lead(tenants, phone="60123456789")
    tenants.execute("alter table leads drop column created_at")
    with pytest.raises(DatabaseError, match="created_at"):
        load("phone,name\n60123456789,new\n")
    assert leads(tenants, "name") == [("old",)]


def test_another_tenant_s_lead_is_another_lead(
    load: Load, tenants: psycopg.Connection
) -> None:
    tenants.execute(
        "insert into leads (user_id, device_id, name, phone)"
        " values (%s, %s, 'theirs', '60123456789')",
        [STRANGER, FOREIGN],
    )
    assert load("phone,name\n60123456789,ours\n").merged.inserted == 1
    assert leads(tenants, "name") == [("theirs",), ("ours",)]


def test_a_blank_cell_leaves_the_stored_value_alone(
    load: Load, tenants: psycopg.Connection
) -> None:
    add_lead(tenants, phone="60123456789", trigger="warm", niche="x")
    load("phone,name,trigger,niche\n60123456789,,hot,\n")
    assert leads(tenants, "name", "trigger", "niche") == [("old", "hot", "x")]


def test_importing_twice_changes_nothing(
    load: Load, tenants: psycopg.Connection
) -> None:
    text = "phone,name,trigger\n60123456789,Ali,warm\n60123456788,Siti,\n"
    assert load(text).merged == Merged(2, 0, 0, 0)
    before = leads(tenants, "id", "updated_at", "xmin")
    assert load(text).merged == Merged(0, 0, 2, 0)
    assert leads(tenants, "id", "updated_at", "xmin") == before


def test_of_rows_with_one_phone_the_last_counts(
    load: Load, tenants: psycopg.Connection
) -> None:
    report = load(
        "phone,name\n60123456789,one\n0123456788,x\n+60 12-345 6789,two\n"
    )
    assert report.merged == Merged(2, 0, 0, 1)
    assert ("two", "60123456789") in leads(tenants, "name", "phone")


def test_a_dry_run_counts_and_changes_nothing(
    load: Load, tenants: psycopg.Connection
) -> None:
    add_lead(tenants, phone="60123456789")
    text = "phone,name\n60123456789,new\n60123456788,x\n"
    assert load(text, dry_run=True).merged == Merged(1, 1, 0, 0)
    assert leads(tenants, "name") == [("old",)]


# --- refusing --------------------------------------------------------------


def test_one_bad_row_among_a_thousand_good(
    load: Load, tenants: psycopg.Connection, tmp_path: Path
) -> None:
    good = [f"6012345{number:04}" for number in range(1000)]
    lines = ["phone", *good[:500], "6.01E+10", *good[500:]]
    report = load("\n".join(lines))
    assert report.merged == Merged(1000, 0, 0, 0)
    (reject,) = rejects(tmp_path)
    assert reject[:2] == ["502", "phone"]
    assert "scientific notation" in reject[2]
    assert reject[3] == "6.01E+10"
    assert len(leads(tenants, "id")) == 1000


DIRT = [
    # what a million rows of the field hold, see the phones of its dump
    ("6", "no number in use"),
    ("60123", "no number in use"),
    ("6012345678", "no number in use"),
    ("0", "no number in use"),
    ("151234567890123", "no number in use"),
    ("123456789012345", "no number in use"),
    ("6.01E+10", "scientific notation"),
    ("TIDAK JUMPA", "not a phone number"),
    ("", "blank"),
    ("60123456789 / 60123456788", "not a phone number"),
]


def test_the_dirt_of_the_field(
    load: Load, tenants: psycopg.Connection, tmp_path: Path
) -> None:
    lines = [f"{phone},{number}" for number, (phone, _) in enumerate(DIRT)]
    report = load("phone,name\n" + "\n".join([*lines, "60123456789,good"]))
    assert report.rejected == len(DIRT)
    found = rejects(tmp_path)
    for (_, reason), (line, *_, given, _) in zip(DIRT, found, strict=True):
        assert reason in given, line
    assert leads(tenants, "name") == [("good",)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("device_id", str(FOREIGN), "unknown_device"),
        ("device_id", str(STRANGER), "unknown_device"),
        ("device_id", "D-d1", "not a UUID"),
        ("name", "é" * 256, "at most 255"),
        ("niche", "x" * 256, "at most 255"),
        ("status", "x" * 51, "at most 50"),
        ("target_status", "x" * 101, "at most 100"),
        ("trigger", "x" * 1001, "at most 1000"),
        ("platform", "x" * 51, "at most 50"),
    ],
)
def test_rows_that_do_not_fit_the_tables(
    load: Load, tmp_path: Path, column: str, value: str, reason: str
) -> None:
    report = load(f"phone,{column}\n60123456789,{value}\n60123456788,\n")
    assert report.merged.inserted == 1
    (reject,) = rejects(tmp_path)
    assert reject[:2] == ["2", column]
    assert reason in reject[2]


def test_what_just_fits_is_stored_whole(
    load: Load, tenants: psycopg.Connection
) -> None:
    load(f"phone,name\n60123456789,{'é' * 255}\n")
    assert leads(tenants, "name") == [("é" * 255,)]


def test_a_narrower_table_of_the_field_sets_the_limit(
    load: Load, tenants: psycopg.Connection, tmp_path: Path
) -> None:
    tenants.execute("alter table leads alter trigger type varchar(500)")
    report = load(f"phone,trigger\n60123456789,{'x' * 501}\n60123456788,x\n")
    assert report.merged.inserted == 1
    assert "at most 500" in rejects(tmp_path)[0][2]


def test_text_that_means_something_to_copy(
    load: Load, tenants: psycopg.Connection
) -> None:
    load('phone,name,journey\n60123456789,\\N,"a\tb\n\\.\n""c"""\n')
    assert leads(tenants, "name", "journey") == [("\\N", 'a\tb\n\\.\n"c"')]


def test_a_device_is_needed_from_somewhere(load: Load, tmp_path: Path) -> None:
    text = f"phone,device_id\n60123456789,\n60123456788,{SECOND}\n"
    assert load(text, device=None).merged.inserted == 1
    assert "no --device" in rejects(tmp_path)[0][2]


def test_a_device_option_of_another_user(load: Load, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such device"):
        load("phone\n60123456789\n", device=FOREIGN)
    assert not (tmp_path / "rejects.csv").exists()


def test_ids_of_leads_may_be_uuids(
    load: Load, tenants: psycopg.Connection
) -> None:
    tenants.execute(
        "alter table leads alter id drop default,"
        " alter id type uuid using gen_random_uuid(),"
        " alter id set default gen_random_uuid()"
    )
    text = "phone,name\n60123456789,Ali\n"
    assert load(text).merged.inserted == 1
    assert load(text.replace("Ali", "Abu")).merged.updated == 1


# --- side by side, killed, large -------------------------------------------


def test_twenty_imports_of_one_file_at_once(
    tenants: psycopg.Connection, database: Profile, tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    phones = [f"6012345{number:04}" for number in range(200)]
    path.write_text("\n".join(["phone", *phones, "bad"]))
    barrier = threading.Barrier(20)

    def run(_: int) -> Merged:
        with connect(database) as connection:
            tenant = Tenant(connection, "public", USER)
            source = Source(path, tmp_path / "rejects.csv", "MY")
            barrier.wait()
            return load_leads(tenant, source, DEVICE).merged

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(run, range(20)))
    assert sum(merged.inserted for merged in found) == 200
    assert sum(merged.unchanged for merged in found) == 19 * 200
    assert leads(tenants, "phone") == [(phone,) for phone in phones]
    assert len(rejects(tmp_path)) == 1
    assert len(list(tmp_path.iterdir())) == 2


def _import_forever(database: Profile, folder: Path) -> None:
    os.mkfifo(folder / "leads.csv")
    with connect(database) as connection:
        source = Source(folder / "leads.csv", folder / "rejects.csv", "MY")
        load_leads(Tenant(connection, "public", USER), source, DEVICE)


def test_a_killed_import_leaves_nothing(
    tenants: psycopg.Connection, database: Profile, tmp_path: Path
) -> None:
    spawn = multiprocessing.get_context("spawn")
    child = spawn.Process(target=_import_forever, args=(database, tmp_path))
    child.start()
    pipe = tmp_path / "leads.csv"
    wait_until(pipe.exists)
    with pipe.open("w") as file:  # the import never meets the end of it
        file.write("phone\n" + "60123456789\n" * 50_000)
        file.flush()
        wait_until(lambda: _copying(tenants))
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        child.close()
    wait_until(lambda: not _copying(tenants))
    assert leads(tenants, "id") == []
    assert not (tmp_path / "rejects.csv").exists()


def _copying(connection: psycopg.Connection) -> bool:
    found = connection.execute(
        "select from pg_stat_activity where datname = current_database()"
        " and pid <> pg_backend_pid() and query like 'copy import_row%'"
        " and state = 'active'"
    )
    return found.rowcount > 0


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_memory_does_not_grow_with_the_file(
    tenants: psycopg.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # what a phone means is not at issue here, and takes its time
    monkeypatch.setattr(
        "dispatcher.imports.leads.normalise", lambda text, _: text
    )
    path = tmp_path / "leads.csv"
    with path.open("w") as file:
        file.write("phone,name\n")
        file.writelines(f"60{n:09},Ali\n,Siti\n" for n in range(100_000))
    source = Source(path, tmp_path / "rejects.csv", "MY")
    Path("/proc/self/clear_refs").write_text("5")  # begins a new peak
    before = memory("VmRSS")
    report = load_leads(Tenant(tenants, "public", USER), source, DEVICE)
    assert (report.merged.inserted, report.rejected) == (100_000, 100_000)
    assert memory("VmHWM") - before < 16_000  # rows alone would be 60,000


def memory(name: str) -> int:
    """Return kilobytes, as the kernel counts them."""
    status = Path("/proc/self/status").read_text()
    (line,) = [row for row in status.splitlines() if row.startswith(name)]
    return int(line.split()[1])


# --- the command -----------------------------------------------------------


@pytest.fixture
def run(
    tenants: psycopg.Connection,
    database: Profile,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Result]:
    monkeypatch.setattr(profile, "load", lambda *_: database)

    def invoke(*args: object) -> Result:
        return CliRunner().invoke(cli, ["import", *map(str, args)])

    return invoke


def test_the_command_counts_and_exits_0(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("phone,colour\n60123456789,red\n")
    result = run("leads", path, "--user", USER, "--device", DEVICE)
    assert result.exit_code == 0, result.output
    assert result.output == (
        "columns not read: colour\n"
        "accepted 1, updated 0, unchanged 0, duplicates 0, rejected 0\n"
    )
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_exits_1_when_rows_were_refused(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("phone\n60123456789\nbad\n")
    result = run(
        "leads", path, "--user", USER, "--device", DEVICE, "--format", "json"
    )
    assert result.exit_code == 1, result.output
    assert json.loads(result.stdout) == {
        "inserted": 1,
        "updated": 0,
        "unchanged": 0,
        "duplicates": 0,
        "rejected": 1,
        "rejects_file": f"{path}.rejects.csv",
        "ignored_columns": [],
        "dry_run": False,
    }


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--user", "me"], "not a valid UUID"),
        (["--user", str(DEVICE)], f"no user {DEVICE} in public.users"),
        (["--user", str(USER), "--device", str(FOREIGN)], "no such device"),
        (["--user", str(USER), "--region", "XX"], "no country code"),
        (["--user", str(USER), "--app-schema", "crm"], "--app-schema"),
        (["--user", str(USER), "--rejects", "LEADS"], "refused rows"),
        ([], "Missing option '--user'"),
    ],
)
def test_the_command_exits_2_when_it_cannot_start(
    run: Callable[..., Result], tmp_path: Path, args: list[str], message: str
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("phone\n60123456789\n")
    args = [str(path) if arg == "LEADS" else arg for arg in args]
    result = run("leads", path, *args)
    assert result.exit_code == 2, result.output
    assert message in result.output
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_the_command_needs_a_file(
    run: Callable[..., Result], tmp_path: Path, name: str
) -> None:
    result = run("leads", tmp_path / name, "--user", USER)
    assert result.exit_code == 2, result.output


def test_an_error_of_the_database_shows_no_phone(
    load: Load, tenants: psycopg.Connection
) -> None:
    tenants.execute("create unique index on leads (left(phone, 9))")
    with pytest.raises(DatabaseError) as raised:
        load("phone\n60123456789\n60123456788\n")
    assert "nothing was imported: duplicate key" in str(raised.value)
    assert "6012" not in str(raised.value)
    assert leads(tenants, "id") == []


def test_the_examples_can_be_imported(run: Callable[..., Result]) -> None:
    for kind in ("devices", "leads"):
        result = run(kind, EXAMPLES / f"{kind}.csv", "--user", USER)
        assert result.exit_code == 0, result.output
    assert "accepted 4" in result.output
    result = run(
        "sequences", EXAMPLES / "sequences.yml", "--user", USER, "--yes"
    )
    assert result.exit_code == 0, result.output
