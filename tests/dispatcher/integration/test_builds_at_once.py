"""Builds beside builds: of two, one writes."""

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from subprocess import Popen
from threading import Thread
from time import sleep

import pytest

from dispatcher.dbt_build import BuildError
from dispatcher.store.connect import connect
from tests.dispatcher.integration.harness import (
    OTHER_PHONE,
    PHONE,
    TARGET,
    World,
    dbt_process,
)
from tests.dispatcher.integration.processes import (
    is_waiting_for_a_lock,
    until,
)

PLAIN = ("build", "--exclude-resource-type", "unit_test")
TAKEN_OVER: dict[str, object] = {"build_takeover": True}
LOST = "the build lock is lost"


@pytest.fixture(autouse=True)
def _by_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "is_built_by_dbt", True)


@contextmanager
def blocked(world: World) -> Iterator[Popen[str]]:
    """Have a build that waits in mid-model while the block runs."""
    with dbt_process(world.project, *PLAIN) as process:
        with closing(connect(world.profile)) as blocker:
            blocker.execute("lock table dispatch.suppressions")
            until(lambda: is_waiting_for_a_lock(world))
            yield process
        process.communicate(timeout=120)


@contextmanager
def frozen(world: World) -> Iterator[Popen[str]]:
    """Have a build that was stopped after it took the lock."""
    with dbt_process(world.project, *PLAIN) as process:
        until(lambda: bool(statuses(world, "running")))
        process.send_signal(signal.SIGSTOP)
        while is_in_a_transaction(world):
            process.send_signal(signal.SIGCONT)
            sleep(0.01)
            process.send_signal(signal.SIGSTOP)
        yield process


def is_in_a_transaction(world: World) -> bool:
    return bool(
        world.value(
            "select count(*) from pg_stat_activity where xact_start is not"
            " null and datname = current_database()"
            " and pid <> pg_backend_pid()"
        )
    )


def statuses(world: World, *wanted: str) -> list[tuple[str, ...]]:
    """Return the builds with those statuses, the oldest first."""
    return world.rows(
        "select invocation_id from dispatch.pipeline_runs"
        " where writes_queue and status = any(%s) order by run_no",
        list(wanted),
    )


def test_what_was_frozen_writes_nothing_once_it_was_taken_over(
    warm: World,
) -> None:
    warm.now("0:02")
    with frozen(warm) as process:
        warm.build("1:03")
        assert warm.gate() == []
        warm.lead(OTHER_PHONE)
        process.send_signal(signal.SIGCONT)
        output, _ = process.communicate(timeout=120)
    assert LOST in output
    enrolled = "select contact_phone from drip_memory.sequence_enrollments"
    assert warm.rows(enrolled) == [(PHONE,)]
    assert warm.gate() == ["build_overtaken"]
    warm.build("1:04")
    assert warm.gate() == []
    assert len(warm.due()) == 2


def test_a_takeover_waits_for_the_model_under_way(warm: World) -> None:
    def take_over() -> None:
        warm.build("0:06", dbt_vars=TAKEN_OVER)

    with blocked(warm) as process:
        other = Thread(target=take_over)
        other.start()
        until(lambda: waits_for_a_run(warm))
        assert statuses(warm, "died") == []
    other.join()
    assert process.returncode == 1
    assert len(statuses(warm, "died")) == 1
    assert warm.gate() == ["build_overtaken"]
    warm.build("0:07")
    assert warm.gate() == []


def waits_for_a_run(world: World) -> bool:
    return bool(
        world.value(
            "select count(*) from pg_locks where not granted"
            " and locktype = 'advisory' and mode = 'ExclusiveLock'"
        )
    )


def test_what_is_frozen_in_mid_model_is_named(warm: World) -> None:
    warm.execute("alter function dispatch.begin_run set lock_timeout = '1s'")
    with blocked(warm):
        with pytest.raises(BuildError, match=r"by backend \d+") as raised:
            warm.build("0:06", dbt_vars=TAKEN_OVER)
        assert "pg_terminate_backend" in str(raised.value)
        assert warm.gate() == ["build_running"]
    assert warm.gate() == []


def test_who_ends_after_its_takeover_closes_the_gate_for_a_build(
    warm: World,
) -> None:
    """As a project does that does not know of the takeover."""
    warm.now("0:01")
    warm.execute(
        "select dispatch.begin_run('another invocation', %s, 'public',"
        " 'build', true, null, 60, false)",
        TARGET,
    )
    warm.build("0:02", dbt_vars=TAKEN_OVER)
    assert warm.gate() == []
    warm.execute(
        "select dispatch.finish_run('another invocation', 'passed', null,"
        " true, 1)"
    )
    assert warm.gate() == ["build_overtaken"]
    warm.build("0:03")
    assert warm.gate() == []
