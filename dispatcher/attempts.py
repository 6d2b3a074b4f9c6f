"""The messages in hand: claimed, sent once, recorded."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Protocol
from uuid import UUID

from dispatcher.domain import (
    Claim,
    Device,
    Fault,
    Message,
    NumberCheck,
    Outcome,
    Result,
)
from dispatcher.fleet import Fleet
from dispatcher.policy import (
    FaultPolicies,
    Finished,
    Settlement,
    confirmed,
    settle,
)
from dispatcher.recorder import Recorder

# Before the attempt's deadline, which the margin after its request leaves.
SECOND_CHECK_SECONDS = 10.0

NOT_BEGUN = Outcome(Result.NOT_SENT, error="not begun")
NOT_BEGUN_SETTLEMENT = Settlement(
    "released", is_final=False, cool_down_seconds=0
)


class Gateway(Protocol):
    """Whatever sends a message from a device."""

    async def send(self, device: Device, message: Message) -> Outcome:
        """Send once; say what is known about it."""

    async def check_number(
        self, device: Device, phone: str
    ) -> NumberCheck | None:
        """Whether a number can be written to; None when none can tell."""


async def deliver(
    gateway: Gateway, claim: Claim, policies: FaultPolicies
) -> tuple[Outcome, Settlement]:
    """Send a message; return what is known, and what follows from it.

    A gateway that says of a number that it is not there may mean that it
    could not look, so its last word is asked for twice.
    """
    outcome = await gateway.send(claim.device, claim.message)
    settlement = settle(outcome, claim.attempts_used, policies)
    if outcome.fault is Fault.RECIPIENT_SUSPECT and settlement.is_final:
        check = await _check(gateway, claim)
        outcome = confirmed(outcome, check)
        settlement = settle(outcome, claim.attempts_used, policies)
    return outcome, settlement


async def _check(gateway: Gateway, claim: Claim) -> NumberCheck | None:
    try:
        async with asyncio.timeout(SECOND_CHECK_SECONDS):
            return await gateway.check_number(
                claim.device, claim.message.recipient_phone
            )
    except TimeoutError:
        return None


class Attempts:
    """Each claim is one task until its outcome is in the ledger.

    ``may_begin`` is asked just before the first byte.
    """

    def __init__(  # noqa: PLR0913  # three of them are callbacks
        self,
        gateways: Mapping[str, Gateway],
        recorder: Recorder,
        fleet: Fleet,
        *,
        may_begin: Callable[[Device], bool],
        on_settled: Callable[[Finished], None],
        on_ended: Callable[[asyncio.Task[None]], None],
    ) -> None:
        self.policies: FaultPolicies = {}
        self._gateways = gateways
        self._recorder = recorder
        self._fleet = fleet
        self._may_begin = may_begin
        self._on_settled = on_settled
        self._on_ended = on_ended
        self._tasks: dict[asyncio.Task[None], UUID] = {}
        self._unanswered: set[UUID] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def claimed(self) -> set[UUID]:
        """Name the messages in hand.

        So is what was sent and could not be written: it did begin.
        """
        return {*self._tasks.values(), *self.unsettled()}

    def unsettled(self) -> list[UUID]:
        """Name the messages that count as unknown if all ends now."""
        return sorted(self._unanswered | set(self._recorder.unwritten()))

    def begin(self, claim: Claim) -> None:
        """Send a message and see it through."""
        task = asyncio.create_task(self._attempt(claim))
        self._tasks[task] = claim.message.message_id
        self._unanswered.add(claim.message.message_id)
        task.add_done_callback(self._ended)

    async def abandon(self) -> None:
        """Leave off; write what is known of what was sent."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._recorder.close()

    async def _attempt(self, claim: Claim) -> None:
        finished = await self._send(claim)
        self._unanswered.discard(claim.message.message_id)
        rest_seconds = await self._recorder.record(finished)
        self._on_settled(finished)
        if finished.settlement.cool_down_seconds:
            self._fleet.rest(claim.device.key)
        else:
            self._fleet.put(claim.device.key, rest_seconds)

    async def _send(self, claim: Claim) -> Finished:
        outcome, settlement = NOT_BEGUN, NOT_BEGUN_SETTLEMENT
        if self._may_begin(claim.device):
            gateway = self._gateways[claim.device.gateway]
            outcome, settlement = await deliver(gateway, claim, self.policies)
        return Finished(claim, outcome, settlement, time.monotonic())

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._on_ended(task)
