"""The loop: gate, lease, claim, send, record, until nothing is sendable."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from dispatcher.attempts import Attempts, Gateway
from dispatcher.claims import Claims
from dispatcher.config import Config
from dispatcher.domain import Device
from dispatcher.errors import (
    DatabaseAwayError,
    DatabaseError,
    GateClosedError,
    LedgerError,
)
from dispatcher.fleet import LOOK_SECONDS, Fleet
from dispatcher.leases import Leases
from dispatcher.patience import patiently
from dispatcher.policy import Finished
from dispatcher.recorder import Recorder
from dispatcher.store.ledger import Build
from dispatcher.store.store import Store
from dispatcher.summary import Summary

log = logging.getLogger(__name__)

Found = TypeVar("Found")

# After the time-out of a request its outcome must still be written.
DEADLINE_MARGIN_SECONDS = 15.0
# Devices whose time comes within it are claimed for together.
GATHER_SECONDS = 0.02
# How often a newcomer looks for what others have too many of.
LOOKS_FOR_A_SHARE = 5
# What leaving at once may still take to write what is known.
LAST_WRITE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop before everything is sent; None is no limit."""

    max_messages: int | None = None
    seconds: float | None = None


class Runner:
    """One run of one dispatcher process.

    Each device sends one message at a time and rests for its gap between
    two; the number of messages in hand is bounded by ``concurrency``.
    """

    def __init__(
        self,
        store: Store,
        gateways: Mapping[str, Gateway],
        config: Config,
        limits: Limits,
        on_settled: Callable[[Summary], None] = lambda _: None,
    ) -> None:
        self.summary = Summary()
        self._store = store
        self._settings = config.dispatcher
        self._limits = limits
        self._on_settled = on_settled
        self._news = asyncio.Event()  # something to do before its time
        self._stop = asyncio.Event()
        self._given_up = asyncio.Event()  # the database is not waited for
        self._failure: BaseException | None = None  # the first; ends the run
        self._leases = Leases(store.leases, self._settings.lease_seconds)
        self._fleet = Fleet(store.ledger, self._leases, self._news)
        wait_seconds = self._settings.database_wait_seconds
        self._attempts = Attempts(
            gateways,
            Recorder(store.outcomes, wait_seconds, self._given_up),
            self._fleet,
            may_begin=self._may_begin,
            on_settled=self._count,
            on_ended=self._ended,
        )
        self._claim_at = 0.0  # the earliest next claim
        self._started_at = time.monotonic()

    def stop(self, because: str = "it was asked to stop") -> None:
        """Claim no more; what is in hand is finished and recorded."""
        if not self._stop.is_set():
            self.summary.ended_because = because
            self._stop.set()
            self._news.set()

    def unsettled(self) -> list[UUID]:
        """Name the messages that count as unknown if all ends now."""
        return self._attempts.unsettled()

    async def run(self) -> Summary:
        """Send all that is sendable now, waiting for gaps alone.

        Raises GateClosedError when sending is refused from the start, and
        LedgerError when the database made it stop.
        """
        build = await self._store.ledger.open_gate()
        self._attempts.policies = await self._store.outcomes.fault_policies()
        await self._store.ledger.refuse(build)
        claims = self._claims(build)
        helpers = [
            asyncio.create_task(self._leases.keep()),
            asyncio.create_task(self._fleet.keep_looking()),
        ]
        for helper in helpers:
            helper.add_done_callback(self._ended)
        try:
            await self._send_all(claims)
            await self._close(claims, build)
        except DatabaseError as error:
            self._fail(error)
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await self._leave()
        self._raise_failure()
        return self.summary

    async def _send_all(self, claims: Claims) -> None:
        """Claim and send; look for more when nothing is left to do."""
        while self._attempts or not self._stop.is_set():
            self._check_limits()
            if self._stop.is_set():
                self._fleet.stand_down()
            elif self._fleet.is_idle and not await self._find():
                return
            elif ready := self._take_ready():
                await self._claim(ready, claims)
            if self._attempts or not self._fleet.is_idle:
                await self._pause()

    def _claims(self, build: Build) -> Claims:
        return Claims(
            self._store.ledger,
            build,
            deadline_seconds=self._settings.request_timeout_seconds
            + DEADLINE_MARGIN_SECONDS,
            patience_seconds=self._settings.database_wait_seconds,
            given_up=self._stop,
            known=self._attempts.claimed,
            again=lambda device: self._fleet.put(device.key, 0),
        )

    async def _find(self) -> bool:
        """Look for devices; none is found when it is to stop meanwhile.

        Those who have more than their share give devices up at their next
        look, so whoever has less looks again.
        """
        for _ in range(LOOKS_FOR_A_SHARE):
            if await self._look() or not self._fleet.is_owed:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), LOOK_SECONDS)
        return not self._fleet.is_idle

    async def _look(self) -> bool:
        wait_seconds = self._settings.database_wait_seconds
        looking = patiently(self._fleet.look, wait_seconds, self._stop)
        return await self._unless_stopped(looking, otherwise=False)

    async def _unless_stopped(
        self, action: Awaitable[Found], otherwise: Found
    ) -> Found:
        """Do it, unless the gate closes or the stop comes meanwhile."""
        try:
            return await action
        except GateClosedError as error:
            self._fail(error)
        except DatabaseAwayError:
            if not self._stop.is_set():
                raise
        return otherwise

    def _check_limits(self) -> None:
        limit = self._limits
        if limit.max_messages is not None and (
            self.summary.claimed >= limit.max_messages
        ):
            self.stop("--max-messages is reached")
        if limit.seconds is not None and (
            time.monotonic() - self._started_at >= limit.seconds
        ):
            self.stop("--for is over")

    def _take_ready(self) -> list[Device]:
        """Devices whose gap has passed, no more than may be in hand."""
        if time.monotonic() < self._claim_at:
            return []
        self._claim_at = time.monotonic() + GATHER_SECONDS
        return self._fleet.take_ready(self._room())

    def _room(self) -> int:
        room = self._settings.concurrency - len(self._attempts)
        if self._limits.max_messages is not None:
            left = self._limits.max_messages - self.summary.claimed
            room = min(room, left)
        return room

    async def _claim(self, ready: list[Device], claims: Claims) -> None:
        """Claim a message for each device; one without has none to send."""
        found = await self._unless_stopped(claims.claim(ready), otherwise=[])
        self.summary.claimed += len(found)
        for claim in found:
            self._attempts.begin(claim)
        self._fleet.exhaust(
            {device.key for device in ready}
            - {claim.device.key for claim in found}
        )

    async def _pause(self) -> None:
        """Wait for news: an answer, a device, the stop; or for a time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds_to_wait()):
                await self._news.wait()
        self._news.clear()

    def _seconds_to_wait(self) -> float | None:
        """Seconds to the next thing that nothing announces."""
        times = []
        next_at = self._fleet.next_at()
        if next_at is not None and self._room() > 0:
            times.append(max(next_at, self._claim_at))
        if self._limits.seconds is not None and not self._stop.is_set():
            times.append(self._started_at + self._limits.seconds)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _may_begin(self, device: Device) -> bool:
        """Last check before the first byte: still wanted, still ours."""
        timeout = self._settings.request_timeout_seconds
        is_ours = self._fleet.remaining(device.key) > timeout
        return is_ours and not self._stop.is_set()

    def _count(self, finished: Finished) -> None:
        self.summary.count(finished.outcome, finished.settlement)
        self._on_settled(self.summary)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Go on when a task has ended; its failure ends the run."""
        self._news.set()
        if not task.cancelled() and (error := task.exception()):
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """End the run; a closed gate is a way to end it well."""
        if isinstance(error, GateClosedError):
            self.summary.gate_closed = True
            self.stop(str(error))
            return
        self._failure = self._failure or error
        self.stop("the database refused or was away")

    async def _close(self, claims: Claims, build: Build) -> None:
        """Say what stays behind, and why."""
        await patiently(
            claims.settle_doubt,
            self._settings.database_wait_seconds,
            self._given_up,
        )
        self.summary.refused = await self._store.ledger.refuse(build)
        self.summary.held = await self._store.ledger.held()

    async def _leave(self) -> None:
        """Leave no task behind, write what is known, give leases back.

        What was sent and could not be written stays ``sending``.
        """
        self._given_up.set()
        try:
            async with asyncio.timeout(LAST_WRITE_SECONDS):
                await self._attempts.abandon()
                await self._leases.release()
        except (DatabaseError, TimeoutError) as error:
            log.warning("leases not given back: %s", error)

    def _raise_failure(self) -> None:
        error = self._failure
        if error is None:
            return
        if not isinstance(error, DatabaseError):
            raise error
        message = "stopped, for the ledger could not be written or read"
        if lost := self.unsettled():
            message += (
                "; these messages count as unknown after their deadline: "
                + ", ".join(map(str, lost))
            )
        raise LedgerError(message, cure=str(error)) from error
