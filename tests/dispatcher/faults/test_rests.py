"""A gateway asks for a rest: whoever is told, all dispatchers keep it."""

import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from dispatcher.demo.script import Rule
from tests.dispatcher.integration.harness import PHONE, World
from tests.dispatcher.integration.processes import (
    crowd,
    dispatcher_process,
    gateway_process,
    until,
)

DEVICES = 20
# They look for devices every 2 s and at the gate every 5
LOOKS_SECONDS = 12
# Nothing was sent, and from now on nothing may be for 150 s
REST = Rule(phone=PHONE, do="starting", retry_after=150, times=1)
OPEN = "select open_until from dispatch.gateway_breakers"
OWNERS = "select lease_owner from dispatch.broadcast_messages"


def test_what_one_is_told_all_honour_and_whoever_starts_then(
    world: World, tmp_path: Path
) -> None:
    crowd(world, 1, DEVICES)
    with ExitStack() as stack:
        gateway = stack.enter_context(gateway_process(tmp_path, REST))

        def start(number: int) -> subprocess.Popen[str]:
            folder = tmp_path / str(number)
            folder.mkdir()
            process = stack.enter_context(
                dispatcher_process(world, folder, gateway.base_url, "--wait")
            )
            until(lambda: at_work(world) == min(number, 2))
            return process

        def nothing_goes() -> None:
            time.sleep(LOOKS_SECONDS)
            assert len(gateway.received()) == 1

        first = start(1)
        until(lambda: world.rows(OPEN) == [("0:02:30",)])
        second = start(2)
        more_is_due(world)
        nothing_goes()

        end(first)
        third = start(3)
        world.now("0:02:29")
        nothing_goes()
        assert world.rows(OPEN) == [("0:02:30",)]
        assert at_work(world) == 2

        world.now("0:02:30")
        until(lambda: len(gateway.received()) == 1 + 2 * DEVICES)
        until(lambda: ("sending",) not in world.ledger("status"))
        end(second, third)
    told, *others = sorted(world.ledger("claimed_at", "status"))
    assert told == ("0:00", "released")
    assert others == [("0:02:30", "sent")] * 2 * DEVICES
    # the one who was told is gone: it was others who sent, one of them or both
    assert len(set(world.rows(OWNERS))) > 1


def at_work(world: World) -> int:
    return int(world.value("select count(*) from dispatch.dispatchers"))


def more_is_due(world: World) -> None:
    """Two messages for each device, the one that was refused among them."""
    world.execute(
        "insert into public.leads (user_id, device_id, name, phone, trigger)"
        " select user_id, lpad(to_hex(100 + (n + 1) %% %s), 32, '0')::uuid,"
        " name, 60111000001 + n, trigger from public.leads,"
        " generate_series(1, %s) as n",
        *(DEVICES, 2 * DEVICES - 1),
    )
    world.build("0:01")
    assert world.rows(
        "select hold_reason, count(*) from drip.sequence_progress_monitor"
        " where hold_reason like 'gateway%%' group by 1 order by 1"
    ) == [
        ("gateway_cooling_down", 2 * DEVICES - 2),
        ("gateway_unavailable", 2),
    ]


def end(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
