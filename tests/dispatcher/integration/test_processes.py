"""Real dispatcher processes; the gateway's own log is the ground truth."""

import json
import re
import signal
import subprocess
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from dispatcher.demo.script import Rule
from dispatcher.store.connect import connect
from tests.dispatcher.integration.harness import (
    DATABASE,
    OTHER_DEVICE,
    OTHER_PHONE,
    PHONE,
    SILENT,
    Server,
    World,
    address,
    profile_of,
)
from tests.dispatcher.integration.processes import (
    Gateway,
    crowd,
    dispatcher_process,
    gateway_process,
    until,
)

SLOW = Rule(delay_seconds=0.2)


def each_once(gateway: Gateway, messages: int) -> bool:
    """Tell whether the gateway got every message, and none twice."""
    times = Counter(item.phone for item in gateway.received())
    return len(times) == messages and set(times.values()) == {1}


def summary_of(process: subprocess.Popen[str]) -> dict[str, object]:
    """Wait for a process to end well; return what it printed."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found: dict[str, object] = json.loads(out)
    return found


def test_many_dispatchers_send_each_message_once(
    world: World, tmp_path: Path
) -> None:
    crowd(world, 1000, 50)
    with ExitStack() as stack:
        # long enough for all three to start
        slow = Rule(delay_seconds=1)
        gateway = stack.enter_context(gateway_process(tmp_path, slow))

        def start() -> subprocess.Popen[str]:
            process = dispatcher_process(
                world, tmp_path, gateway.base_url, "--format", "json"
            )
            return stack.enter_context(process)

        first = start()
        until(lambda: len(gateway.received()) > 0)
        # the first has every device by now; it gives up what is others'
        others = [start(), start()]
        until(lambda: len(owners(world)) == 3)
        sent = [summary_of(process)["sent"] for process in (first, *others)]

        assert sum(map(int, map(str, sent))) == 1000
        assert all(sent)
        assert each_once(gateway, 1000)
    assert world.rows(
        "select status, count(*) from dispatch.broadcast_messages group by 1"
    ) == [("sent", 1000)]
    assert owners(world) == set()
    assert world.rows("select owner from dispatch.dispatchers") == []


def owners(world: World) -> set[str]:
    return {
        owner
        for (owner,) in world.rows(
            "select distinct owner from dispatch.device_leases"
            " where owner is not null"
        )
    }


def test_killed_in_mid_send_and_started_again(
    world: World, tmp_path: Path
) -> None:
    crowd(world, 300, 10)
    rules = [Rule(phone=PHONE, do="hang", accepted=True), SLOW]
    with gateway_process(tmp_path, *rules) as gateway:
        with dispatcher_process(world, tmp_path, gateway.base_url) as first:
            until(lambda: len(gateway.received()) > 50)
            until(lambda: PHONE in {x.phone for x in gateway.received()})
            first.send_signal(signal.SIGKILL)
            first.wait()
        in_flight = world.ledger("recipient_phone", "status")
        in_flight = [row for row in in_flight if row[1] == "sending"]
        assert (PHONE, "sending") in in_flight
        assert len(in_flight) <= 10

        # the leases of the dead end, the deadlines of its attempts pass
        world.execute("update dispatch.device_leases set expires_at = now()")
        world.build("0:10")
        with dispatcher_process(
            world, tmp_path, gateway.base_url, "--format", "json"
        ) as second:
            summary_of(second)

        times = Counter(item.phone for item in gateway.received())
    assert set(times.values()) == {1}
    unknown = {
        phone
        for (_, phone) in world.rows(
            "select current_step, contact_phone"
            " from drip.sequence_progress_monitor"
            " where hold_reason = 'outcome_unknown'"
        )
    }
    assert unknown == {phone for phone, _ in in_flight}
    # what was never received was in flight, or is still to come: nothing else
    assert set(times) | unknown == {f"{60111000001 + n}" for n in range(300)}


def test_sigterm_drains(world: World, tmp_path: Path) -> None:
    crowd(world, 100, 10)
    with (
        gateway_process(tmp_path, Rule(delay_seconds=0.5)) as gateway,
        dispatcher_process(
            world, tmp_path, gateway.base_url, "--format", "json"
        ) as process,
    ):
        until(lambda: len(gateway.received()) >= 15)
        process.send_signal(signal.SIGTERM)
        summary = summary_of(process)
        received = {item.phone for item in gateway.received()}
    assert summary["ended_because"] == "SIGTERM came"
    assert 15 <= len(received) < 40
    ledger = world.ledger("recipient_phone", "status")
    assert {status for _, status in ledger} <= {"sent", "released"}
    assert {phone for phone, status in ledger if status == "sent"} == received
    assert owners(world) == set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_leaves_at_once(
    warm: World, tmp_path: Path, number: signal.Signals
) -> None:
    warm.device(OTHER_DEVICE)
    warm.lead(OTHER_PHONE, device=OTHER_DEVICE)
    warm.build("0:01")
    quick = Rule(device=address(OTHER_DEVICE))
    with (
        gateway_process(tmp_path, quick, SILENT) as gateway,
        dispatcher_process(warm, tmp_path, gateway.base_url) as process,
    ):
        until(lambda: ("sent",) in warm.ledger("status"))
        until(lambda: len(gateway.received()) == 2)
        process.send_signal(number)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(number)
        _, err = process.communicate(timeout=5)
    assert process.returncode == 130
    assert "left at once" in err
    assert "Traceback" not in err
    assert warm.ledger("recipient_phone", "status") == [
        (PHONE, "sending"),
        (OTHER_PHONE, "sent"),
    ]
    assert owners(warm) == set()


def test_a_run_that_waits_goes_on_from_build_to_build(
    warm: World, tmp_path: Path
) -> None:
    switch(warm, "pause")
    arguments = ("--wait", "--format", "json")
    with (
        gateway_process(tmp_path) as gateway,
        dispatcher_process(
            warm, tmp_path, gateway.base_url, *arguments
        ) as process,
    ):
        assert "waiting: " in line_of(process)
        switch(warm, "resume")
        until(lambda: warm.ledger("status") == [("sent",)])
        warm.lead(OTHER_PHONE)
        warm.build("0:10")
        until(lambda: warm.ledger("status") == [("sent",)] * 2)
        process.send_signal(signal.SIGTERM)
        summary = summary_of(process)
        assert each_once(gateway, 2)
    assert summary["sent"] == 2
    assert summary["ended_because"] == "SIGTERM came"
    assert owners(warm) == set()


def switch(world: World, kind: str) -> None:
    world.execute(
        "insert into dispatch.operator_requests (kind, reason, requested_by)"
        " values (%s, 'lunch', 'me')",
        kind,
    )


def test_a_database_that_is_down(
    warm: World, server: Server, tmp_path: Path
) -> None:
    profiles = tmp_path / "down"
    profiles.mkdir()
    there = (warm.project.project_dir / "profiles.yml").read_text()
    (profiles / "profiles.yml").write_text(
        there.replace(str(server["host"]), "/nowhere")
    )
    with dispatcher_process(
        warm,
        tmp_path,
        "http://127.0.0.1:9",
        *("--profiles-dir", str(profiles)),
    ) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert re.search("cannot connect to target 'test'.*/nowhere", err)
    assert "start that server" in err
    assert "Traceback" not in out + err


def test_an_outcome_waits_for_the_database_to_come_back(
    warm: World, server: Server, tmp_path: Path
) -> None:
    with (
        gateway_process(tmp_path, Rule(delay_seconds=1)) as gateway,
        dispatcher_process(warm, tmp_path, gateway.base_url) as process,
    ):
        until(lambda: len(gateway.received()) == 1)
        shut_out(server)
        until(lambda: "waiting for the database" in line_of(process))
        let_in(server)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "sent 1, unknown 0" in out
    assert ledger_now(server) == [("sent",)]


def test_a_database_that_does_not_come_back(
    warm: World, server: Server, tmp_path: Path
) -> None:
    with (
        gateway_process(tmp_path, Rule(delay_seconds=1)) as gateway,
        dispatcher_process(
            warm, tmp_path, gateway.base_url, database_wait_seconds=1
        ) as process,
    ):
        until(lambda: len(gateway.received()) == 1)
        shut_out(server)
        out, err = process.communicate(timeout=60)
        let_in(server)
    assert process.returncode == 4
    assert "the database says" in err
    assert "Traceback" not in out + err
    # sent, though the ledger could not be told: unknown, never sent again
    ((message_id, status),) = ledger_now(server, "id, status")
    assert status == "sending"
    assert f"count as unknown after their deadline: {message_id}" in err


def test_a_ledger_of_another_version_ends_the_run(
    warm: World, tmp_path: Path
) -> None:
    with (
        gateway_process(tmp_path, Rule(delay_seconds=1)) as gateway,
        dispatcher_process(warm, tmp_path, gateway.base_url) as process,
    ):
        until(lambda: len(gateway.received()) == 1)
        warm.execute(
            "alter table dispatch.broadcast_messages"
            " rename column http_status to status_code"
        )
        _, err = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "install the dispatcher that goes with the project" in err
    assert "count as unknown after their deadline" in err
    assert "Traceback" not in err


def line_of(process: subprocess.Popen[str]) -> str:
    """Wait for the next line of what a process says."""
    assert process.stderr is not None
    return process.stderr.readline()


def shut_out(server: Server) -> None:
    """End every connection to the database and let in no more."""
    with admin(server) as postgres:
        postgres.execute(
            f"alter database {DATABASE} with allow_connections false"
        )
        postgres.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = %s",
            [DATABASE],
        )


def let_in(server: Server) -> None:
    with admin(server) as postgres:
        postgres.execute(
            f"alter database {DATABASE} with allow_connections true"
        )


def admin(server: Server) -> psycopg.Connection:
    connection = connect(profile_of(server, "postgres"))
    connection.autocommit = True
    return connection


def ledger_now(
    server: Server, columns: str = "status"
) -> list[tuple[object, ...]]:
    with connect(profile_of(server)) as connection:
        select = f"select {columns} from dispatch.broadcast_messages"  # noqa: S608
        return connection.execute(select.encode()).fetchall()
