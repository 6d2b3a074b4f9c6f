"""What answers say of gateways and devices."""

from uuid import UUID

import pytest

from dispatcher.breakers import Verdict, heard, may_try, verdict
from dispatcher.domain import (
    Claim,
    Device,
    DeviceState,
    DeviceStatus,
    Fault,
    Message,
    Outcome,
    Result,
)
from dispatcher.policy import FaultPolicies, FaultPolicy, Finished, settle

POLICIES: FaultPolicies = {
    Fault.GATEWAY_UNAVAILABLE: FaultPolicy(
        uses_attempt=False,
        retries=0,
        breaker_scope="gateway",
        cool_down_seconds=60,
        devices_to_open=3,
    ),
    Fault.DEVICE_LOGGED_OUT: FaultPolicy(
        uses_attempt=False,
        retries=0,
        breaker_scope="device",
        cool_down_seconds=60,
    ),
}
SENT = Outcome(Result.ACCEPTED)
DEAD = Outcome(Result.NOT_SENT, Fault.GATEWAY_UNAVAILABLE)
SILENT = Outcome(Result.UNKNOWN, Fault.GATEWAY_UNAVAILABLE)
LOGGED_OUT = Outcome(Result.NOT_SENT, Fault.DEVICE_LOGGED_OUT, http_status=401)
READY, DOWN, NOT_READ = (
    DeviceStatus(state, "")
    for state in (DeviceState.READY, DeviceState.DOWN, DeviceState.UNKNOWN)
)
NO_ANSWER = DeviceStatus(DeviceState.UNKNOWN, "", is_silent=True)


def finished(
    device: int, outcome: Outcome, at: float, gateway: str = "gowa"
) -> Finished:
    claim = Claim(
        Message(UUID(int=1), "60111000001", "text", "Hello"),
        Device(UUID(int=2), UUID(int=device), gateway, "jid"),
        *(0, ("now", UUID(int=4))),
    )
    return Finished(claim, outcome, settle(outcome, 0, POLICIES), at)


@pytest.mark.parametrize(
    ("outcomes", "recovered", "failed"),
    [
        ([DEAD, SILENT], [], [1, 2]),
        ([DEAD, SENT, DEAD], ["gowa"], [3]),
        ([DEAD, DEAD, SENT], ["gowa"], []),
        # it answered, and its definition knows what
        ([DEAD, LOGGED_OUT, SILENT], ["gowa"], [3]),
        # who knows who answered; and nobody asked it
        ([DEAD, Outcome(Result.UNKNOWN, Fault.UNCLASSIFIED)], [], [1]),
        (
            [DEAD, Outcome(Result.UNKNOWN, Fault.UNCLASSIFIED, None, 500)],
            [],
            [1],
        ),
        ([DEAD, Outcome(Result.NOT_SENT, error="not begun")], [], [1]),
        (
            [DEAD, Outcome(Result.NOT_SENT, Fault.CONTENT_INVALID)],
            [],
            [1],
        ),
    ],
)
def test_only_what_failed_since_the_last_answer_counts(
    outcomes: list[Outcome], recovered: list[str], failed: list[int]
) -> None:
    batch = [finished(n, item, n) for n, item in enumerate(outcomes, 1)]
    found = heard(batch[::-1])  # they are written in any order
    assert list(found.recovered) == recovered
    assert [item.claim.device.device_id.int for item in found.failed] == failed


def test_gateways_are_heard_each_for_itself() -> None:
    found = heard([finished(1, DEAD, 1), finished(2, SENT, 2, "waha")])
    assert list(found.recovered) == ["waha"]
    assert [item.claim.device.gateway for item in found.failed] == ["gowa"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (READY, (Verdict.GOOD, True)),
        (DOWN, (Verdict.GOOD, False)),
        (NOT_READ, (Verdict.OPEN, True)),
        (None, (Verdict.OPEN, True)),
        (NO_ANSWER, (Verdict.BAD, False)),
    ],
)
def test_what_a_question_decides_of_gateway_and_device(
    status: DeviceStatus | None, expected: tuple[Verdict, bool]
) -> None:
    assert (verdict(status), may_try(status)) == expected
