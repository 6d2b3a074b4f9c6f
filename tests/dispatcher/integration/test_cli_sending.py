"""The commands that build and send, as a scheduler or a person calls them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dispatcher.cli import cli
from tests.dispatcher.integration.harness import (
    PHONE,
    ROOT,
    World,
    environment,
)
from tests.dispatcher.integration.lean import lean
from tests.dispatcher.integration.processes import gateway_process, until

NOWHERE = "http://127.0.0.1:9"


def config(folder: Path, base_url: str) -> Path:
    file = folder / "dispatcher.yml"
    file.write_text(
        f"gateways:\n  native: {{definition: gowa, base_url: '{base_url}'}}\n"
    )
    return file


def invoke(
    world: World, folder: Path, *command: str, base_url: str = NOWHERE
) -> Result:
    variables = {"DISPATCHER_CONFIG": str(config(folder, base_url))}
    arguments = [*command, *world.project.arguments()]
    return CliRunner().invoke(cli, arguments, env=variables)


@contextmanager
def process(
    world: World, folder: Path, base_url: str, *command: str
) -> Iterator["subprocess.Popen[str]"]:
    started = subprocess.Popen(
        [
            *(sys.executable, "-m", "dispatcher", *command),
            *("--config", str(config(folder, base_url))),
            *world.project.arguments(),
        ],
        cwd=ROOT,
        env={**os.environ, **environment(world.project)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with started:
        try:
            yield started
        finally:
            started.kill()


def test_dry_run_shows_what_would_be_sent_and_changes_nothing(
    warm: World, tmp_path: Path
) -> None:
    shown = invoke(warm, tmp_path, "run", "--dry-run", "--format", "json")

    assert shown.exit_code == 0, shown.output
    [message] = json.loads(shown.stdout)
    assert message["recipient_phone"] == PHONE
    assert message["content"] == "WARM, day 1"
    assert message["gateway"] == "native"
    assert warm.ledger("id") == []
    assert warm.rows("select * from dispatch.device_leases") == []
    warm.dispatch("0:05")
    assert warm.texts() == [(PHONE, "WARM, day 1")]


def test_dry_run_leaves_out_what_the_crm_keeps_back(
    warm: World, tmp_path: Path
) -> None:
    warm.execute("update public.sequences set status = 'paused'")
    shown = invoke(warm, tmp_path, "run", "--dry-run", "--format", "json")
    assert json.loads(shown.stdout) == []


def test_status_tells_how_things_stand(warm: World, tmp_path: Path) -> None:
    state = json.loads(
        invoke(warm, tmp_path, "status", "--format", "json").stdout
    )
    assert state["gate"] == []
    assert state["last_build"][0]["status"] == "passed"
    assert state["queue"] == {
        "due": 1,
        "time_has_come": 1,
        "scheduled": 0,
        "in_flight": 0,
        "unknown": 0,
        "looked_at": 1,
    }
    assert state["held"] == []

    warm.dispatch("0:05")
    text = invoke(warm, tmp_path, "status").stdout
    assert "gate: open" in text
    assert "due 0, in flight 0, unknown 0, scheduled 0" in text
    assert "looked at" not in text
    assert "awaiting_build" in text.split("Held")[1]
    assert "Device 11" in text
    warm.build("0:06")
    text = invoke(warm, tmp_path, "status").stdout
    assert "due 0, in flight 0, unknown 0, scheduled 1" in text
    assert "Held, of what is due: none" in text
    warm.now("30:00")
    assert "Device 11" not in invoke(warm, tmp_path, "status").stdout


def test_status_says_how_much_of_a_long_queue_it_looked_at(
    warm: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm.leads(15)
    warm.build("0:01")
    monkeypatch.setattr("dispatcher.store.status.MOST_LOOKED_AT", 10)
    text = invoke(warm, tmp_path, "status").stdout
    assert "due 10, in flight 0" in text
    assert (
        "due and held are of 10 steps looked at; the time of 15 has come"
        in text
    )


def test_run_stops_at_the_limit(warm: World) -> None:
    with pytest.raises(SystemExit) as usage:
        cli(["run", "--max-messages", "0"])
    assert usage.value.code == 2


def test_cycle_builds_sends_and_builds(warm: World, tmp_path: Path) -> None:
    with (
        gateway_process(tmp_path) as gateway,
        lean(environment(warm.project)),
    ):
        cycle = invoke(warm, tmp_path, "cycle", base_url=gateway.base_url)
        assert cycle.exit_code == 0, cycle.output
        assert "sent 1, unknown 0" in cycle.stdout
        assert len(gateway.received()) == 1
    assert warm.contacts("status")[:2] == [(1, "completed"), (2, "active")]


def test_loop_repeats_until_it_is_told_to_stop(
    warm: World, tmp_path: Path
) -> None:
    with (
        gateway_process(tmp_path) as gateway,
        process(
            warm, tmp_path, gateway.base_url, "loop", "--every", "1"
        ) as loop,
    ):
        until(lambda: warm.ledger("status") == [("sent",)])
        warm.now("24:10")  # the next step falls due; the next turn builds
        until(lambda: warm.ledger("status") == [("sent",)] * 2)
        loop.send_signal(signal.SIGTERM)
        _, err = loop.communicate(timeout=60)
        assert loop.returncode == 0, err
    texts = [received.text for received in gateway.received()]
    assert texts == ["WARM, day 1", "WARM, day 2"]
