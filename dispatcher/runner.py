"""The loop: gate, lease, claim, send, record, until nothing is sendable.

A run that waits goes on from build to build until it is stopped.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from uuid import UUID

from dispatcher.attempts import Attempts
from dispatcher.claims import Claims
from dispatcher.config import Config
from dispatcher.domain import Device
from dispatcher.ending import Ending, cancel
from dispatcher.errors import DatabaseError
from dispatcher.fleet import LOOK_SECONDS, Fleet
from dispatcher.gateways import HttpGateway
from dispatcher.leases import Leases
from dispatcher.limits import Limits
from dispatcher.look_ups import LookUps
from dispatcher.patience import patiently
from dispatcher.policy import Finished
from dispatcher.probes import Probes
from dispatcher.recorder import Recorder
from dispatcher.store.ledger import Build
from dispatcher.store.store import Store
from dispatcher.summary import Summary
from dispatcher.waiting import outlast, when_open

log = logging.getLogger(__name__)

# After the time-out of a request its outcome must still be written.
DEADLINE_MARGIN_SECONDS = 15.0
# Devices whose time comes within it are claimed for together.
GATHER_SECONDS = 0.02
LARGEST_CLAIM = 100  # devices; while these send, others are claimed for
CLAIMS_AT_ONCE = 2  # while one's answer waits, Postgres works on the next
# How often a newcomer looks for what others have too many of.
LOOKS_FOR_A_SHARE = 5
# What leaving at once may still take to write what is known.
LAST_WRITE_SECONDS = 1.0


class Runner:
    """One run of one dispatcher process.

    Each device sends one message at a time and rests for its gap between
    two; the number of messages in hand is bounded by ``concurrency``.
    """

    def __init__(
        self,
        store: Store,
        gateways: Mapping[str, HttpGateway],
        config: Config,
        limits: Limits,
        on_settled: Callable[[Summary], None] = lambda _: None,
    ) -> None:
        self.summary = Summary()
        self._store = store
        self._settings = config.dispatcher
        self._limits = limits
        self._on_settled = on_settled
        self._ending = Ending(self.summary, waits=limits.waits)
        self._leases = Leases(store.leases, self._settings.lease_seconds)
        self._probes = Probes(gateways, store.breakers, self._ending.ended)
        self._look_ups = LookUps(
            gateways, store.look_ups, self.summary.looked_up
        )
        self._fleet = Fleet(
            store.ledger, self._leases, self._probes, self._ending.news
        )
        wait_seconds = self._settings.database_wait_seconds
        self._attempts = Attempts(
            gateways,
            Recorder(store.outcomes, wait_seconds, self._ending.given_up),
            self._fleet,
            may_begin=self._may_begin,
            on_settled=self._count,
            on_ended=self._ending.ended,
        )
        self._claim_at = 0.0  # the earliest next claim
        self._asked_for: dict[asyncio.Task[None], int] = {}  # devices

    def stop(self, because: str = "it was asked to stop") -> None:
        """Claim no more; what is in hand is finished and recorded."""
        self._ending.stop(because)

    def unsettled(self) -> list[UUID]:
        """Name the messages that count as unknown if all ends now."""
        return self._attempts.unsettled()

    async def run(self) -> Summary:
        """Send all that is sendable now, waiting for gaps alone.

        Where the limits say so, wait for whatever becomes sendable too.

        Raises GateClosedError when sending is refused from the start, and
        LedgerError when the database made it stop.
        """
        with self._ending.within(self._limits.seconds):
            build = await self._next_build()
            keeper = self._ending.start(self._leases.keep())
            try:
                while build is not None:
                    await self._send_from(build)
                    build = None if self._is_last else await self._next_build()
            except DatabaseError as error:
                self._ending.fail(error)
            finally:
                await cancel(keeper)
                await self._leave()
        self._ending.raise_failure(self.unsettled())
        return self.summary

    async def _next_build(self) -> Build | None:
        """Return what to send from; a run that waits may get none."""
        if not self._limits.waits:
            return await self._begin()
        self._ending.halt.clear()
        return await when_open(self._begin, self._ending.over)

    async def _begin(self) -> Build:
        """Look at the gate, and at what the CRM keeps back."""
        build = await self._store.ledger.open_gate()
        self._attempts.policies = await self._store.outcomes.fault_policies()
        await self._store.ledger.refuse(build)
        return build

    @property
    def _is_last(self) -> bool:
        """Whether no other build is sent from after this one."""
        return self._ending.over.is_set() or not self._limits.waits

    async def _send_from(self, build: Build) -> None:
        """Send what can be sent from one build; say what stays behind."""
        claims = self._claims(build)
        helpers = [
            self._ending.start(self._fleet.keep_looking()),
            self._ending.start(self._look_ups.keep_asking()),
        ]
        if self._limits.waits:
            helpers.append(self._ending.start(self._outlast(build)))
        try:
            await self._send_all(claims)
        finally:
            await cancel(*helpers)
            self._fleet.stand_down()
        if self._ending.has_failed:
            return  # what is in doubt stays so
        await patiently(
            claims.settle_doubt,
            self._settings.database_wait_seconds,
            self._ending.given_up,
        )
        if self._is_last and not self.summary.is_interrupted:
            await self._look_ups.ask()
        if self._is_last:
            self.summary.refused = await self._store.ledger.refuse(build)
            self.summary.held = await self._store.ledger.held()

    async def _outlast(self, build: Build) -> None:
        await outlast(build, self._store.ledger, self._is_idle)
        self._ending.stop_claiming()

    async def _send_all(self, claims: Claims) -> None:
        """Claim and send; look for more when nothing is left to do."""
        while self._is_busy or not self._ending.halt.is_set():
            if not self._limits.room(self.summary.claimed):
                self.stop("--max-messages is reached")
            if self._ending.halt.is_set():
                self._fleet.stand_down()
            elif self._fleet.is_idle and not await self._find():
                return
            elif ready := self._take_ready():
                self._start(ready, claims)
            if self._is_busy or self._goes_on:
                await self._pause()

    @property
    def _goes_on(self) -> bool:
        """Whether something is waited for beside what is in hand."""
        is_waiting = self._limits.waits or not self._fleet.is_idle
        return is_waiting and not self._ending.halt.is_set()

    @property
    def _is_busy(self) -> bool:
        return bool(self._attempts or self._asked_for)

    def _is_idle(self) -> bool:
        return not self._is_busy and self._fleet.is_idle

    def _claims(self, build: Build) -> Claims:
        return Claims(
            self._store.ledger,
            build,
            deadline_seconds=self._settings.request_timeout_seconds
            + DEADLINE_MARGIN_SECONDS,
            patience_seconds=self._settings.database_wait_seconds,
            given_up=self._ending.halt,
            begin=self._attempts.begin,
            known=self._attempts.claimed,
            again=lambda device: self._fleet.put(device.key, 0),
        )

    async def _find(self) -> bool:
        """Look for devices; tell whether the run goes on.

        Those who have more than their share give devices up at their next
        look, so whoever has less looks again.
        """
        for _ in range(LOOKS_FOR_A_SHARE):
            if await self._look() or not self._fleet.is_owed:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.halt.wait(), LOOK_SECONDS)
        return self._goes_on

    async def _look(self) -> bool:
        wait_seconds = self._settings.database_wait_seconds
        looking = patiently(self._fleet.look, wait_seconds, self._ending.halt)
        return await self._ending.unless_stopped(looking, otherwise=False)

    def _take_ready(self) -> list[Device]:
        """Devices whose gap has passed, no more than may be in hand."""
        if time.monotonic() < self._claim_at or not self._may_claim:
            return []
        ready = self._fleet.take_ready(min(self._room(), LARGEST_CLAIM))
        if len(ready) < LARGEST_CLAIM:
            self._claim_at = time.monotonic() + GATHER_SECONDS
        return ready

    @property
    def _may_claim(self) -> bool:
        return len(self._asked_for) < CLAIMS_AT_ONCE and self._room() > 0

    def _room(self) -> int:
        """How many more messages may be in hand, or on their way there."""
        room = self._settings.concurrency - len(self._attempts)
        allowed = self._limits.room(self.summary.claimed)
        return int(min(room, allowed)) - sum(self._asked_for.values())

    def _start(self, ready: list[Device], claims: Claims) -> None:
        """Claim beside the sends and beside another claim."""
        task = self._ending.start(self._claim(ready, claims))
        self._asked_for[task] = len(ready)
        task.add_done_callback(self._asked_for.pop)

    async def _claim(self, ready: list[Device], claims: Claims) -> None:
        """Claim a message for each device; one without has none to send."""
        claiming = claims.claim(ready)
        found = await self._ending.unless_stopped(claiming, otherwise=[])
        self.summary.claimed += len(found)
        self._fleet.exhaust(
            {device.key for device in ready}
            - {claim.device.key for claim in found}
        )

    async def _pause(self) -> None:
        """Wait for news: an answer, a device, the stop; or for a time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds_to_wait()):
                await self._ending.news.wait()
        self._ending.news.clear()

    def _seconds_to_wait(self) -> float | None:
        """Seconds to the next thing that nothing announces."""
        next_at = self._fleet.next_at()
        if next_at is None or not self._may_claim:
            return None
        return max(0.0, max(next_at, self._claim_at) - time.monotonic())

    def _may_begin(self, device: Device) -> bool:
        """Last check before the first byte: still wanted, still ours."""
        timeout = self._settings.request_timeout_seconds
        is_ours = self._fleet.remaining(device.key) > timeout
        return is_ours and not self._ending.halt.is_set()

    def _count(self, finished: Finished) -> None:
        self.summary.count(finished.outcome, finished.settlement)
        self._on_settled(self.summary)

    async def _leave(self) -> None:
        """Leave no task behind, write what is known, give leases back.

        What was sent and could not be written stays ``sending``.
        """
        self._ending.given_up.set()
        await cancel(*self._asked_for)
        await self._probes.abandon()
        try:
            async with asyncio.timeout(LAST_WRITE_SECONDS):
                await self._attempts.abandon()
                await self._leases.release()
        except (DatabaseError, TimeoutError) as error:
            log.warning("leases not given back: %s", error)
