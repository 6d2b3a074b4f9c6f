"""What a dispatcher takes that stays while nothing is due."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import LiteralString

from dispatcher.dbt_build import Project, build
from tests.benchmarks import dispatch_data
from tests.benchmarks.data import Size
from tests.benchmarks.measure import Measure
from tests.benchmarks.place import PROJECT, Place, beside

NAME = "idle"
_EACH = 10  # contacts of a device
_SETTLE_SECONDS, _SECONDS = 15.0, 60.0
_MOST = 0.6  # of 60 s: near zero is a hundredth of a processor

# Whatever is due was sent, a day before the next of it is due
_SENT: LiteralString = """\
insert into dispatch.broadcast_messages (
    user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
    day_number, definition_hash, device_id, gateway, recipient_phone,
    message_type, content, status, claimed_at, deadline_at, due_at, sent_at,
    finished_at, gap_seconds, lease_owner, lease_epoch, dispatcher_version,
    invocation_id
)
select
    user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
    day_number, definition_hash, device_id, 'native', recipient_phone,
    message_type, content, 'sent', dispatch.now_utc(),
    dispatch.now_utc() + interval '1 minute', due_at, dispatch.now_utc(),
    dispatch.now_utc(), 0, 'bench', 1, 'bench', 'bench'
from drip.due_steps
"""
_CONFIG = """\
gateways:
  native: {definition: gowa, base_url: "http://127.0.0.1:9"}
"""
_BACKENDS: LiteralString = """\
select coalesce(array_agg(pid), '{}') from pg_stat_activity
where application_name = 'dispatcher' and pid <> pg_backend_pid()
"""


def measure(place: Place, size: Size, _runs: int) -> Iterator[Measure]:
    """Yield the process's processor time of a minute, and the server's."""
    leads = min(size.leads, _EACH * size.devices)
    size = replace(size, leads=leads, ready_devices=size.devices)
    yield from dispatch_data.prepare(place, NAME, size)
    with beside(place, NAME, **dispatch_data.VARS) as other:
        other.execute(_SENT)
        project = Project(PROJECT, other.folder)
        build(project, with_unit_tests=False, dbt_vars={**other.dbt_vars})
        other.execute("vacuum analyze")
        with _waiting(other) as process:
            time.sleep(_SETTLE_SECONDS)
            before = _spent(other, process)
            time.sleep(_SECONDS)
            after = _spent(other, process)
    where = f"{size.devices:,} devices, nothing due"
    names = ("process", "server")
    for who, start, end in zip(names, before, after, strict=True):
        what = f"processor time of a minute, {where}: the {who}"
        yield Measure(NAME, what, [end - start], None, _MOST)


@contextmanager
def _waiting(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """Let a dispatcher stay."""
    config = place.folder / "dispatcher.yml"
    config.write_text(_CONFIG)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "dispatcher", "run", "--wait"),
            *("--config", str(config), "--profiles-dir", str(place.folder)),
        ],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
    )
    with process:
        yield process
        process.send_signal(signal.SIGTERM)
    if process.returncode:
        message = f"the dispatcher ended with {process.returncode}"
        raise RuntimeError(message)


def _spent(
    place: Place, process: subprocess.Popen[bytes]
) -> tuple[float, float]:
    """Return the seconds of the process, and of its connections' servers."""
    servers = place.value(_BACKENDS)
    return _seconds(process.pid), sum(map(_seconds, servers))


def _seconds(pid: int) -> float:
    """Return the processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
