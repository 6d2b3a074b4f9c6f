"""The embedded Postgres: durable, found again, and hard to trip up."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import fasteners  # type: ignore[import-untyped]
import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from dispatcher import embedded, profile
from dispatcher.errors import ConfigError, DatabaseError
from dispatcher.store.connect import connect

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root does it")

START = (
    "import sys, pathlib, dispatcher.embedded as e;"
    "print(e.up(pathlib.Path(sys.argv[1])).pid, flush=True);"
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """Yield one data directory for the module: making one takes a second."""
    with tempfile.TemporaryDirectory(prefix="drip", dir="/tmp") as folder:
        data_dir = Path(folder) / "pg"
        embedded.up(data_dir)
        yield data_dir
        embedded.down(data_dir)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a new directory that other sessions of pytest leave alone.

    They all close the one above ``tmp_path`` to other users.
    """
    with tempfile.TemporaryDirectory(prefix="drip", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def stopped(cluster: Path) -> Path:
    embedded.down(cluster)
    return cluster


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dbt_project.yml").write_text("name: tiny\nprofile: drip\n")
    return tmp_path


def python(code: str, data_dir: Path) -> "subprocess.Popen[str]":
    # like a user's: without pytest's filters, but any warning is an error
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, data_dir],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )


def ask(server: embedded.Server, query: str) -> object:
    with psycopg.connect(server.uri) as connection:
        row = connection.execute(query).fetchone()
    return row and row[0]


def test_up_twice_is_one_server(stopped: Path) -> None:
    assert embedded.status(stopped) is None

    server = embedded.up(stopped)

    assert embedded.up(stopped) == server
    assert embedded.status(stopped) == server


def test_down_stops_once_and_up_starts_again(cluster: Path) -> None:
    before = embedded.up(cluster)

    assert embedded.down(cluster) is True
    assert embedded.down(cluster) is False
    assert embedded.status(cluster) is None
    assert embedded.up(cluster).pid != before.pid


@pytest.mark.parametrize(
    "setting", ["fsync", "full_page_writes", "synchronous_commit"]
)
def test_durability_is_on(cluster: Path, setting: str) -> None:
    assert ask(embedded.up(cluster), f"show {setting}") == "on"


def test_data_survives_a_stop(cluster: Path) -> None:
    with psycopg.connect(embedded.up(cluster).uri) as connection:
        connection.execute("create table kept as select 1")
    embedded.down(cluster)

    assert ask(embedded.up(cluster), "select count(*) from kept") == 1


def test_server_outlives_whoever_made_it(folder: Path) -> None:
    output, _ = python(START, folder / "pg").communicate()

    server = embedded.status(folder / "pg")

    assert server
    assert server.pid == int(output)
    embedded.down(folder / "pg")


def test_server_of_a_killed_process_is_reused(stopped: Path) -> None:
    process = python(START + "import time; time.sleep(60)", stopped)
    assert process.stdout
    pid = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert embedded.up(stopped).pid == pid


def test_two_at_once_share_a_server_without_a_warning(stopped: Path) -> None:
    processes = [python(START, stopped) for _ in range(2)]

    answers = [process.communicate() for process in processes]

    server = embedded.up(stopped)
    assert answers == [(f"{server.pid}\n", "")] * 2


def test_up_waits_for_whoever_starts_or_stops(stopped: Path) -> None:
    with fasteners.InterProcessLock(stopped.parent / ".pg.lock"):
        process = python(START, stopped)
        with pytest.raises(subprocess.TimeoutExpired):
            process.communicate(timeout=2)
        assert embedded.status(stopped) is None

    process.communicate()

    assert embedded.status(stopped)


def test_killed_server_starts_again(cluster: Path) -> None:
    pid = embedded.up(cluster).pid
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)], timeout=1)

    assert ask(embedded.up(cluster), "select 1") == 1


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(8, id="another process has that id now"),
        pytest.param(3, id="half-written"),
        pytest.param(0, id="empty"),
    ],
)
def test_stale_pid_file_is_no_obstacle(stopped: Path, lines: int) -> None:
    content = (
        f"{os.getpid()}\n{stopped}\n1\n5432\n{stopped}\n\n1 1\nready\n"
    ).splitlines(keepends=True)
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (stopped / name).write_text("".join(content[:lines]))

    assert embedded.status(stopped) is None
    assert embedded.down(stopped) is False
    assert ask(embedded.up(stopped), "select 1") == 1


def test_processes_without_a_ready_server_are_an_error(
    cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_SETTLE_SECONDS", 0.1)
    embedded.up(cluster)
    file = cluster / "postmaster.pid"
    whole = file.read_text()
    file.write_text(whole.replace("ready", "stopping"))

    with pytest.raises(DatabaseError, match="no server there is ready"):
        embedded.up(cluster)

    file.write_text(whole)


def test_deep_directory(folder: Path) -> None:
    data_dir = folder / ("d" * 120) / "pg"  # a socket has 107 bytes

    server = embedded.up(data_dir)

    try:
        assert ask(server, "select 1") == 1
        socket = Path(server.host, f".s.PGSQL.{server.port}")
        assert not socket.is_relative_to(data_dir)
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert embedded.status(data_dir) == server
    finally:
        embedded.down(data_dir)


@as_root
def test_root_says_once_what_it_opened(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    try:
        embedded.up(closed / "pg")
        first = capsys.readouterr()
        embedded.down(closed / "pg")
        embedded.up(closed / "pg")
    finally:
        embedded.down(closed / "pg")

    assert capsys.readouterr().err == ""
    assert first.out == ""
    assert first.err.count("\n") == 1
    assert "user embedded_postgres" in first.err
    assert "opened to others: " in first.err
    assert first.err.endswith(f" {folder}, {closed}\n")


def test_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()

    with pytest.raises(ConfigError, match="neither empty nor"):
        embedded.up(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("name", ["my data", "a;b", "$HOME"])
def test_path_that_a_shell_would_change_is_refused(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(ConfigError, match="unquoted"):
        embedded.up(tmp_path / name / "pg")


@pytest.mark.parametrize("call", [embedded.up, embedded.down, embedded.status])
def test_file_for_a_directory_is_refused(
    call: Callable[[Path], object], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(ConfigError, match=r"cannot use .*/file: Not a dir"):
        call(tmp_path / "file")


def test_failed_start_shows_why(stopped: Path) -> None:
    version = stopped / "PG_VERSION"
    whole = version.read_text()
    version.write_text("99\n")

    with pytest.raises(
        DatabaseError, match=r"does not start(.*\n)*.*FATAL.*\nsee .*/log"
    ):
        embedded.up(stopped)

    version.write_text(whole)


@pytest.mark.parametrize("call", [embedded.up, embedded.down, embedded.status])
def test_missing_extra_has_a_cure(
    call: Callable[[Path], object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)

    with pytest.raises(ConfigError, match=r"drip-dispatcher\[embedded\]"):
        call(tmp_path)


def test_written_profile_leads_there(cluster: Path, project: Path) -> None:
    server = embedded.up(cluster)
    profile.write_embedded(server, project)

    found = profile.load(project, project)

    assert (found.name, found.target, found.schema) == (
        "drip",
        "embedded",
        "drip",
    )
    with connect(found) as connection:
        assert connection.info.dbname == "drip"


def test_written_profile_suits_dbt(cluster: Path, project: Path) -> None:
    profile.write_embedded(embedded.up(cluster), project)

    subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "debug", "--connection"),
            *("--project-dir", project, "--profiles-dir", project),
        ],
        check=True,
        capture_output=True,
        cwd=project,
    )


def test_profile_of_a_person_keeps_everything_else(project: Path) -> None:
    file = project / "profiles.yml"
    file.write_text(
        "# mine\n"
        "drip:\n"
        "  target: prod  # not yours\n"
        "  outputs:\n"
        "    prod: {type: postgres, password: \"{{ env_var('X') }}\"}\n"
        "    embedded:\n"
        "      type: postgres\n"
        "      host: /old\n"
        "      port: 1\n"
        "      threads: 16\n"
    )
    expected = file.read_text().replace("/old", "/new").replace("1\n", "2\n")

    profile.write_embedded(embedded.Server("/new", 2, pid=3), project)

    assert file.read_text() == expected


@pytest.mark.parametrize(
    "text", ["", "[]", "other: {}", "drip: {outputs: {prod: {}}}", "drip: ["]
)
def test_profile_without_our_target_is_left_alone(
    project: Path, text: str
) -> None:
    (project / "profiles.yml").write_text(text)

    with pytest.raises(ConfigError, match=r"no target drip\.outputs\.emb"):
        profile.write_embedded(embedded.Server("/new", 2, pid=3), project)

    assert (project / "profiles.yml").read_text() == text
