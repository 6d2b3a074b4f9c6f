"""What a run counts, and the exit code that follows."""

import json

import pytest

from dispatcher.domain import Fault, Outcome, Result
from dispatcher.errors import ExitCode
from dispatcher.policy import Settlement
from dispatcher.summary import Summary


def count(
    summary: Summary,
    status: str,
    fault: Fault | None = None,
    *,
    is_final: bool = False,
) -> None:
    """Count one attempt; the outcome's result does not matter here."""
    outcome = Outcome(Result.NOT_SENT, fault)
    summary.count(outcome, Settlement(status, is_final, 0))


def test_each_attempt_is_counted_under_what_it_became() -> None:
    summary = Summary(claimed=7)
    count(summary, "sent")
    count(summary, "sent")
    count(summary, "unknown", Fault.GATEWAY_UNAVAILABLE)
    count(summary, "failed", Fault.RECIPIENT_SUSPECT)
    count(summary, "failed", Fault.RECIPIENT_INVALID, is_final=True)
    count(summary, "released", Fault.DEVICE_DOWN)
    count(summary, "released")

    assert json.loads(json.dumps(summary.as_dict())) == {
        "claimed": 7,
        "sent": 2,
        "unknown": 1,
        "failed": {"RECIPIENT_SUSPECT": 1, "RECIPIENT_INVALID": 1},
        "failed_for_good": 1,
        "released": {"DEVICE_DOWN": 1, "not begun": 1},
        "refused": {},
        "looked_up": {},
        "held": {},
        "ended_because": "nothing is sendable now",
        "exit_code": 1,
    }


def test_every_attempt_is_counted_once() -> None:
    summary = Summary()
    for status in ("sent", "unknown", "failed", "released"):
        count(summary, status, Fault.UNCLASSIFIED)
    found = summary.as_dict()
    settled = sum(found["failed"].values()) + sum(found["released"].values())
    assert found["sent"] + found["unknown"] + settled == 4


@pytest.mark.parametrize("status", ["sent", "unknown", "failed", "released"])
def test_what_can_still_succeed_is_no_failure(status: str) -> None:
    summary = Summary()
    count(summary, status, Fault.UNCLASSIFIED)
    assert summary.exit_code is ExitCode.OK


def test_a_final_failure_shows_in_the_exit_code() -> None:
    summary = Summary()
    count(summary, "failed", Fault.RECIPIENT_INVALID, is_final=True)
    assert summary.exit_code == 1


def test_a_closed_gate_outranks_a_failure() -> None:
    summary = Summary(gate_closed=True)
    count(summary, "failed", Fault.RECIPIENT_INVALID, is_final=True)
    assert summary.exit_code == 3


def test_an_interrupted_run_ended_well() -> None:
    assert Summary(is_interrupted=True).exit_code == 0
