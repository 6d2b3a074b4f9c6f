"""Claims beside each other, when one of them is cut off."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from dispatcher.claims import Claims
from dispatcher.domain import Claim, Device, Message
from dispatcher.errors import DatabaseAwayError
from dispatcher.store.ledger import Build, Ledger

CUT_OFF, SLOW = (
    Device(UUID(int=1), UUID(int=n), "native", "jid") for n in (2, 3)
)
MESSAGE = Message(UUID(int=4), "60111000001", "text", "Hello")
CLAIM = Claim(MESSAGE, SLOW, 0, ("now", UUID(int=5)))


@dataclass
class Answers:
    """A ledger that loses one claim while another waits for its answer."""

    answer: asyncio.Event = field(default_factory=asyncio.Event)
    in_hand: list[UUID] = field(default_factory=list)
    kept: list[list[UUID]] = field(default_factory=list)

    async def claim(self, devices: list[Device], *_: object) -> list[Claim]:
        if devices == [CUT_OFF]:
            raise DatabaseAwayError(str(devices))
        await self.answer.wait()
        return [CLAIM]

    async def release_unbegun(self, known: Collection[UUID]) -> None:
        self.kept.append(list(known))


def claims_of(ledger: Answers) -> Claims:
    return Claims(
        cast("Ledger", ledger),
        Build("build", "public", datetime(2026, 3, 2, tzinfo=UTC)),
        deadline_seconds=20,
        patience_seconds=0,
        given_up=asyncio.Event(),
        begin=lambda claim: ledger.in_hand.append(claim.message.message_id),
        known=lambda: ledger.in_hand,
        again=lambda _: None,
    )


async def test_a_claim_under_way_is_not_taken_for_a_lost_one() -> None:
    """It would be released, and sent all the same."""
    ledger = Answers()
    claims = claims_of(ledger)
    slow = asyncio.create_task(claims.claim([SLOW]))
    await asyncio.sleep(0)
    with pytest.raises(DatabaseAwayError):
        await claims.claim([CUT_OFF])
    settling = asyncio.create_task(claims.settle_doubt())
    await asyncio.sleep(0.01)
    assert ledger.kept == []

    ledger.answer.set()
    await asyncio.gather(slow, settling)
    assert ledger.kept == [[MESSAGE.message_id]]


async def test_no_claim_begins_before_a_doubt_is_settled() -> None:
    ledger = Answers()
    claims = claims_of(ledger)
    with pytest.raises(DatabaseAwayError):
        await claims.claim([CUT_OFF])
    ledger.answer.set()
    steps: list[Any] = []
    ledger.kept = steps
    await claims.claim([SLOW])
    assert steps == [[]]
