"""Gaps and caps of a device hold for all who send from it, whenever.

Four dispatchers, killed and started anew, on hosts whose clocks are days
apart; the times are those at which the gateway received each message.
"""

from collections import defaultdict
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.dispatcher.faults.test_faults import (
    assert_all_leases_are_free,
    assert_the_ledger_is_true,
    finish,
    query,
    until_received,
)
from tests.dispatcher.integration.harness import World
from tests.dispatcher.integration.processes import (
    Gateway,
    dispatcher_process,
    gateway_process,
    prepare,
)

DEVICES, CAP, GAP = 8, 4, timedelta(seconds=1)
DAYS = [0, 1, -1, 400]  # how far each host's clock is off
_CLOCK = """\
import time

_time, _time_ns = time.time, time.time_ns
time.time = lambda: _time() + {seconds}
time.time_ns = lambda: _time_ns() + {seconds} * 10**9
"""


def test_no_kill_and_no_clock_breaks_a_gap_or_a_cap(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = [host(tmp_path, days) for days in DAYS]
    spread(world)
    with gateway_process(tmp_path) as gateway:
        for least in (DEVICES, 2 * DEVICES):
            with ExitStack() as stack:
                for path in hosts:
                    monkeypatch.setenv("PYTHONPATH", str(path))
                    stack.enter_context(
                        dispatcher_process(world, tmp_path, gateway.base_url)
                    )
                until_received(gateway, least)  # whoever leaves is killed
            bury(world)
        with dispatcher_process(world, tmp_path, gateway.base_url) as last:
            finish(last)
        assert_the_ledger_is_true(world, gateway)
        times = times_by_device(gateway)
    assert len(times) == DEVICES
    for device, moments in times.items():
        waits = [after - before for before, after in pairwise(moments)]
        assert min(waits) >= GAP, device
        assert len(moments) <= CAP, device
    assert_all_leases_are_free(world)


def host(folder: Path, days: int) -> Path:
    """Return what makes Python's clock wrong by so many days."""
    path = folder / f"clock{days}"
    path.mkdir()
    seconds = timedelta(days=days).total_seconds()
    (path / "sitecustomize.py").write_text(_CLOCK.format(seconds=seconds))
    return path


def spread(world: World) -> None:
    """Let each device have more to send than its cap allows, from now on."""
    prepare(world, DEVICES * (CAP + 2), DEVICES)
    for table in ("sequences", "sequence_steps", "user_devices"):
        world.execute(
            f"update public.{table} set min_delay_seconds = %s,"  # noqa: S608
            " max_delay_seconds = %s",
            *[GAP.total_seconds()] * 2,
        )
    world.build(dbt_vars={"device_hourly_cap": CAP})


def bury(world: World) -> None:
    """Let the time of the dead pass: of their leases and their attempts."""
    query(
        world,
        "update dispatch.device_leases set expires_at = clock_timestamp()",
    )
    query(
        world,
        "update dispatch.broadcast_messages set deadline_at = now()"
        " where status = 'sending'",
    )


def times_by_device(gateway: Gateway) -> dict[str, list[datetime]]:
    """Return when the gateway received the messages of each device."""
    found = defaultdict[str, list[datetime]](list)
    for item in gateway.received():
        found[item.device].append(datetime.fromisoformat(item.received_at))
    return found
