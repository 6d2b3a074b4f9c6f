"""Whatever is killed, cut off or stopped: the gateway's log is the truth.

``make chaos`` runs it longer: CHAOS_ROUNDS kills, CHAOS_MESSAGES messages.
"""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from dispatcher.dbt_build import BuildError
from dispatcher.demo.script import Rule
from dispatcher.store.connect import connect
from tests.dispatcher.integration.harness import World, dbt, dbt_process
from tests.dispatcher.integration.processes import (
    Gateway,
    crowd,
    dispatcher_process,
    gateway_process,
    is_waiting_for_a_lock,
    until,
)

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "2"))
MESSAGES = int(os.environ.get("CHAOS_MESSAGES", "100"))
DISPATCHERS = int(os.environ.get("CHAOS_DISPATCHERS", "2"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
DEVICES = 20
PAUSE = Rule(delay_seconds=0.2)


def query(world: World, statement: str) -> list[tuple[object, ...]]:
    """Ask on a connection of its own: the world's may be cut."""
    with connect(world.profile) as connection:
        connection.autocommit = True
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def statuses(world: World) -> Counter[str]:
    rows = query(world, "select status from dispatch.broadcast_messages")
    return Counter(str(status) for (status,) in rows)


def assert_the_ledger_is_true(world: World, gateway: Gateway) -> None:
    """No step came twice; what came is sent, or its outcome is unknown."""
    received = Counter(item.phone for item in gateway.received())
    rows = query(
        world,
        "select recipient_phone, status from dispatch.broadcast_messages"
        " where status in ('sending', 'sent', 'unknown')",
    )
    known = {str(phone): status for phone, status in rows}
    sent = {phone for phone, status in known.items() if status == "sent"}
    print(f"received {received.total()}, ledger {dict(statuses(world))}")  # noqa: T201
    assert set(received.values()) <= {1}
    assert set(received) <= set(known)
    assert sent <= set(received)


def assert_all_leases_are_free(world: World) -> None:
    assert (
        query(
            world, "select from dispatch.device_leases where owner is not null"
        )
        == []
    )
    assert query(world, "select from dispatch.dispatchers") == []


def until_received(gateway: Gateway, least: int) -> None:
    until(lambda: len(gateway.received()) >= least)


def finish(process: subprocess.Popen[str]) -> None:
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err


def test_killed_at_random_points(world: World, tmp_path: Path) -> None:
    """Some dispatchers each round, all killed when some messages came."""
    crowd(world, MESSAGES, DEVICES)
    moments = random.Random(SEED)  # noqa: S311  # not for secrets
    with gateway_process(tmp_path, PAUSE) as gateway:
        for kill in range(ROUNDS):
            more = len(gateway.received()) + moments.randint(1, 30)
            with ExitStack() as stack:
                all_of_them = [
                    stack.enter_context(
                        dispatcher_process(world, tmp_path, gateway.base_url)
                    )
                    for _ in range(DISPATCHERS)
                ]
                until_received(gateway, more)
                time.sleep(moments.random() / 5)
                for process in all_of_them:
                    process.send_signal(signal.SIGKILL)
            assert_the_ledger_is_true(world, gateway)
            bury(world, minutes=kill + 1)
        with dispatcher_process(world, tmp_path, gateway.base_url) as last:
            finish(last)
        assert_the_ledger_is_true(world, gateway)
        found = statuses(world)
    assert found.total() == MESSAGES
    assert set(found) <= {"sent", "sending"}
    # one message of each device at most, each time they were killed
    assert found["sending"] <= ROUNDS * DEVICES
    assert_all_leases_are_free(world)


def bury(world: World, minutes: int) -> None:
    """Let the time of the dead pass: of their leases and their attempts."""
    world.now(f"0:{minutes:02}")
    world.execute(
        "update dispatch.device_leases set expires_at = clock_timestamp()"
    )
    world.execute(
        "update dispatch.dispatchers"
        " set expires_at = clock_timestamp() - interval '2 days'"
    )


def test_stopped_past_its_lease_and_resumed(
    world: World, tmp_path: Path
) -> None:
    crowd(world, MESSAGES, DEVICES)
    with ExitStack() as stack:
        gateway = stack.enter_context(gateway_process(tmp_path, PAUSE))

        def start() -> subprocess.Popen[str]:
            return stack.enter_context(
                dispatcher_process(world, tmp_path, gateway.base_url)
            )

        stopped = start()
        until_received(gateway, DEVICES + 1)
        stopped.send_signal(signal.SIGSTOP)
        bury(world, minutes=1)
        finish(start())
        stopped.send_signal(signal.SIGCONT)
        finish(stopped)
        assert_the_ledger_is_true(world, gateway)
    assert statuses(world) == {"sent": MESSAGES}
    assert_all_leases_are_free(world)


@pytest.mark.parametrize("how", ["connections cut", "server killed"])
def test_the_database_goes_away_again_and_again(
    world: World, tmp_path: Path, how: str
) -> None:
    crowd(world, MESSAGES, DEVICES)
    with (
        gateway_process(tmp_path, PAUSE) as gateway,
        dispatcher_process(world, tmp_path, gateway.base_url) as process,
    ):
        for fault in range(ROUNDS):
            least = (fault + 1) * MESSAGES // (ROUNDS + 2)
            until_received(gateway, least)
            cut(world) if how == "connections cut" else kill_server(world)
        finish(process)
        assert_the_ledger_is_true(world, gateway)
        found = statuses(world)
        received = len(gateway.received())
    assert found["sent"] == received
    # what a cut claim left was not sent, and waits for the next build
    assert found == {"sent": received} | (
        {"released": found["released"]} if found["released"] else {}
    )
    assert_all_leases_are_free(world)


def test_a_gateway_that_hangs(world: World, tmp_path: Path) -> None:
    """Nobody knows of what it took before it went on, long after."""
    crowd(world, MESSAGES, DEVICES)
    with (
        gateway_process(tmp_path, PAUSE) as gateway,
        dispatcher_process(
            world, tmp_path, gateway.base_url, timeout_seconds=2
        ) as process,
    ):
        until_received(gateway, DEVICES + 1)
        gateway.process.send_signal(signal.SIGSTOP)
        until(lambda: statuses(world)["unknown"] > 0)
        gateway.process.send_signal(signal.SIGCONT)
        finish(process)
        until(lambda: len(gateway.received()) >= statuses(world)["sent"])
        assert_the_ledger_is_true(world, gateway)
    found = statuses(world)
    assert set(found) <= {"sent", "unknown", "released"}
    assert_all_leases_are_free(world)


def test_builds_beside_dispatchers(world: World, tmp_path: Path) -> None:
    """One that fails, one that is killed, one that makes everything anew."""
    world.is_built_by_dbt = True
    messages = 3 * MESSAGES
    crowd(world, messages, DEVICES)
    with gateway_process(tmp_path, Rule(delay_seconds=1)) as gateway:

        def beside(disturb: Callable[[], object]) -> None:
            """Disturb a dispatcher that sends; it may find the gate closed."""
            least = min(len(gateway.received()) + DEVICES, messages)
            with dispatcher_process(
                world, tmp_path, gateway.base_url
            ) as process:
                until_received(gateway, least)
                disturb()
                _, err = process.communicate(timeout=120)
            assert process.returncode in {0, 3}, err
            assert_the_ledger_is_true(world, gateway)
            world.build("0:01", dbt_vars={"build_takeover": True})

        beside(lambda: fail(world))
        beside(lambda: kill(world))
        beside(lambda: rebuild(world))
        with dispatcher_process(world, tmp_path, gateway.base_url) as last:
            finish(last)
        assert_the_ledger_is_true(world, gateway)
    assert statuses(world)["sent"] == messages
    assert_all_leases_are_free(world)


def fail(world: World) -> None:
    world.execute("alter table public.leads rename column trigger to gone")
    with pytest.raises(BuildError):
        world.build()
    world.execute("alter table public.leads rename column gone to trigger")


def kill(world: World) -> None:
    """Kill a build that waits in the middle of its work."""
    with closing(connect(world.profile)) as blocker:
        blocker.execute("lock table dispatch.inbound_messages")
        with dbt_process(world.project, "build") as process:
            until(lambda: is_waiting_for_a_lock(world))
            process.kill()


def rebuild(world: World) -> None:
    tests = ("--exclude-resource-type", "unit_test")
    assert dbt(world.project, "build", "--full-refresh", *tests).success


OURS = "from pg_stat_activity where application_name = 'dispatcher'"


def cut(world: World) -> None:
    query(
        world,
        f"select pg_terminate_backend(pid) {OURS} and pid <> pg_backend_pid()",
    )


def kill_server(world: World) -> None:
    """Kill a backend: the server ends them all, recovers and starts anew."""
    with connect(world.profile) as connection:
        pid = connection.info.backend_pid
        os.kill(pid, signal.SIGKILL)
