"""Dispatchers and gateways as processes of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from dispatcher.demo.received import Received, read_log
from dispatcher.demo.script import Rule, Script
from tests.dispatcher.integration.harness import DATABASE, ROOT, World


@dataclass(frozen=True)
class Gateway:
    """A simulated gateway; its log is the ground truth."""

    base_url: str
    log: Path
    process: subprocess.Popen[str]

    def received(self) -> list[Received]:
        return read_log(self.log)


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; so long only on a machine that is overloaded."""
    give_up_at = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < give_up_at, "it never came true"
        time.sleep(0.02)


def is_waiting_for_a_lock(world: World) -> bool:
    waiting = (
        "select count(*) from pg_stat_activity where datname = %s"
        " and wait_event_type = 'Lock'"
    )
    return bool(world.value(waiting, DATABASE))


@contextmanager
def gateway_process(folder: Path, *rules: Rule) -> Iterator[Gateway]:
    """Serve a scripted gateway that outlives whoever speaks to it."""
    log, script = folder / "received.jsonl", folder / "script.json"
    log.touch()
    script.write_text(Script(rules=list(rules)).model_dump_json())
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "dispatcher.demo.gateway"),
            *("--log", str(log), "--script", str(script)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield Gateway(f"http://127.0.0.1:{port}", log, process)
        finally:
            process.terminate()


@contextmanager
def dispatcher_process(  # noqa: PLR0913  # the last three have defaults
    world: World,
    folder: Path,
    base_url: str,
    *args: str,
    timeout_seconds: float = 20,
    database_wait_seconds: float = 60,
    definition: str = "gowa",
) -> Iterator[subprocess.Popen[str]]:
    """Start ``dispatcher run``; kill it if the block leaves it running."""
    config = folder / "dispatcher.yml"
    config.write_text(
        "gateways:\n"
        f"  native: {{definition: {definition}, base_url: '{base_url}'}}\n"
        "dispatcher:\n"
        f"  request_timeout_seconds: {timeout_seconds}\n"
        "  lease_seconds: 60\n"
        f"  database_wait_seconds: {database_wait_seconds}\n"
    )
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "dispatcher", "run"),
            *("--config", str(config), *world.project.arguments(), *args),
        ],
        cwd=ROOT,
        env={**os.environ, "DBT_LOG_PATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def crowd(world: World, messages: int, devices: int) -> list[UUID]:
    """Let messages be due, spread over devices; build."""
    ids = prepare(world, messages, devices)
    world.build("0:00")
    assert len(world.due()) == messages
    return ids


def prepare(world: World, messages: int, devices: int) -> list[UUID]:
    """Add that many leads to a sequence of one step, spread over devices."""
    world.tenant()
    world.sequence(steps=1)
    ids = [UUID(int=100 + n) for n in range(devices)]
    for device in ids:
        world.device(device)
    world.leads(messages)
    world.execute(
        "update public.leads set device_id ="
        " lpad(to_hex(100 + id %% %s), 32, '0')::uuid",
        devices,
    )
    return ids
