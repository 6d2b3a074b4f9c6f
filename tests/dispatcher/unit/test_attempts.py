"""A recipient suspected of not being there is asked for once more."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from dispatcher import attempts
from dispatcher.attempts import deliver
from dispatcher.domain import (
    Claim,
    Device,
    Fault,
    Message,
    NumberCheck,
    Outcome,
    Result,
)
from dispatcher.policy import FaultPolicies, FaultPolicy

SUSPECT = Outcome(Result.NOT_SENT, Fault.RECIPIENT_SUSPECT, error="not there")
POLICIES: FaultPolicies = {
    Fault.RECIPIENT_SUSPECT: FaultPolicy(
        uses_attempt=True, retries=2, breaker_scope=None, cool_down_seconds=0
    ),
    Fault.RECIPIENT_INVALID: FaultPolicy(
        uses_attempt=True, retries=0, breaker_scope=None, cool_down_seconds=0
    ),
}


@dataclass
class Gateway:
    """Refuses every message, and says of numbers what it is told to."""

    says: NumberCheck | None = None
    outcome: Outcome = SUSPECT
    is_silent: bool = False
    asked: list[str] = field(default_factory=list)

    async def send(self, *_: object) -> Outcome:
        return self.outcome

    async def check_number(self, _: object, phone: str) -> NumberCheck | None:
        self.asked.append(phone)
        if self.is_silent:
            await asyncio.Event().wait()
        return self.says


def claim(attempts_used: int) -> Claim:
    message = Message(UUID(int=1), "60111000001", "text", "Hello")
    device = Device(UUID(int=2), UUID(int=3), "native", "jid")
    return Claim(message, device, attempts_used, ("now", UUID(int=4)))


@pytest.mark.parametrize(
    ("says", "fault"),
    [
        (NumberCheck(False, "no"), Fault.RECIPIENT_INVALID),  # noqa: FBT003
        (NumberCheck(True, "yes"), Fault.RECIPIENT_SUSPECT),  # noqa: FBT003
        (NumberCheck(None, "?"), Fault.RECIPIENT_SUSPECT),
        (None, Fault.RECIPIENT_SUSPECT),
    ],
)
async def test_only_a_second_check_makes_it_permanent(
    says: NumberCheck | None, fault: Fault
) -> None:
    gateway = Gateway(says)
    outcome, settlement = await deliver(gateway, claim(2), POLICIES)
    assert outcome.fault is fault
    assert settlement.is_final
    assert gateway.asked == ["60111000001"]


async def test_it_is_asked_when_no_attempt_is_left() -> None:
    gateway = Gateway(NumberCheck(exists=False, detail="no"))
    for used in (0, 1):
        outcome, settlement = await deliver(gateway, claim(used), POLICIES)
        assert outcome.fault is Fault.RECIPIENT_SUSPECT
        assert not settlement.is_final
    assert gateway.asked == []


async def test_no_other_outcome_is_asked_for() -> None:
    sent = Outcome(Result.ACCEPTED)
    gateway = Gateway(NumberCheck(exists=False, detail="no"), sent)
    outcome, _ = await deliver(gateway, claim(2), POLICIES)
    assert outcome is sent
    assert gateway.asked == []


async def test_a_check_without_an_answer_proves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempts, "SECOND_CHECK_SECONDS", 0.01)
    outcome, settlement = await deliver(
        Gateway(is_silent=True), claim(2), POLICIES
    )
    assert outcome.fault is Fault.RECIPIENT_SUSPECT
    assert settlement.is_final
