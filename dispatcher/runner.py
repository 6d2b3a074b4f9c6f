"""The loop: gate, lease, claim, send, record, until nothing is sendable."""

import asyncio
import contextlib
import heapq
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from dispatcher.config import Config
from dispatcher.domain import Claim, Device, Message, Outcome, Result
from dispatcher.errors import GateClosedError
from dispatcher.leases import Leases
from dispatcher.policy import FaultPolicies, Settlement, settle
from dispatcher.store.ledger import Build, DeviceKey, Ledger
from dispatcher.summary import Summary

# After the time-out of a request its outcome must still be written.
DEADLINE_MARGIN_SECONDS = 15.0


class Gateway(Protocol):
    """Whatever sends a message from a device."""

    async def send(self, device: Device, message: Message) -> Outcome:
        """Send once; say what is known about it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop before everything is sent; None is no limit."""

    max_messages: int | None = None
    seconds: float | None = None


class Runner:
    """One run of one dispatcher process.

    Each device sends one message at a time and rests for its gap between
    two; the number of messages in flight is bounded by ``concurrency``.
    """

    def __init__(
        self,
        ledger: Ledger,
        gateways: Mapping[str, Gateway],
        config: Config,
        limits: Limits,
        on_settled: Callable[[Summary], None] = lambda _: None,
    ) -> None:
        self.summary = Summary()
        self._ledger = ledger
        self._gateways = gateways
        self._config = config
        self._limits = limits
        self._on_settled = on_settled
        self._leases = Leases(ledger, config.dispatcher.lease_seconds)
        self._devices: dict[DeviceKey, Device] = {}
        self._waiting: list[tuple[float, DeviceKey]] = []  # a heap
        self._in_flight: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None  # the first; ends the run
        self._started_at = time.monotonic()

    def stop(self, because: str = "it was asked to stop") -> None:
        """Claim no more; what is in flight is finished and recorded."""
        if not self._stop.is_set():
            self.summary.ended_because = because
            self._stop.set()

    async def run(self) -> Summary:
        """Send all that is sendable now, waiting for gaps alone.

        Raises GateClosedError when sending is refused from the start.
        """
        build = await self._ledger.open_gate()
        policies = await self._ledger.fault_policies()
        await self._ledger.refuse(build)
        keeper = asyncio.create_task(self._leases.keep())
        try:
            while not self._stop.is_set() and await self._find_devices():
                await self._send_all(build, policies)
            if self._failure:
                raise self._failure
            await self._close(build)
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
            await self._abandon()
            await self._leases.release()
        return self.summary

    async def _find_devices(self) -> bool:
        """Lease devices that have something to send; False when none has.

        A device is taken up once a run, so that one which has due messages
        but may not send them cannot keep the run going.
        """
        found = {
            (item.device.user_id, item.device.device_id): item
            for item in await self._ledger.sendable_devices()
        }
        new = {key: found[key] for key in found.keys() - self._devices.keys()}
        taken = await self._leases.take(list(new))
        self._devices.update({key: new[key].device for key in new})
        for key in taken:
            self._ready_in(new[key].wait_seconds, key)
        return bool(taken)

    async def _send_all(self, build: Build, policies: FaultPolicies) -> None:
        while self._waiting or self._in_flight:
            self._check_limits()
            if self._stop.is_set():
                self._waiting.clear()
            elif ready := self._pop_ready():
                await self._claim(ready, build, policies)
            if self._in_flight or self._waiting:
                await self._pause()

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

    def _pop_ready(self) -> list[DeviceKey]:
        """Devices whose gap has passed, no more than may be in flight."""
        free = self._config.dispatcher.concurrency - len(self._in_flight)
        if self._limits.max_messages is not None:
            free = min(free, self._limits.max_messages - self.summary.claimed)
        ready: list[DeviceKey] = []
        while (
            len(ready) < free
            and self._waiting
            and self._waiting[0][0] <= time.monotonic()
        ):
            ready.append(heapq.heappop(self._waiting)[1])
        return ready

    async def _claim(
        self, ready: list[DeviceKey], build: Build, policies: FaultPolicies
    ) -> None:
        """Claim a message for each device; one without has none to send."""
        settings = self._config.dispatcher
        try:
            claims = await self._ledger.claim(
                [self._devices[key] for key in ready],
                build,
                settings.request_timeout_seconds + DEADLINE_MARGIN_SECONDS,
            )
        except GateClosedError as error:
            self.summary.gate_closed = True
            self.stop(str(error))
            return
        self.summary.claimed += len(claims)
        for claim in claims:
            task = asyncio.create_task(self._attempt(claim, policies))
            self._in_flight.add(task)

    async def _attempt(self, claim: Claim, policies: FaultPolicies) -> None:
        """Send one claimed message, write what became of it, rest."""
        key = (claim.device.user_id, claim.device.device_id)
        if self._may_begin(key):
            gateway = self._gateways[claim.device.gateway]
            outcome = await gateway.send(claim.device, claim.message)
            settlement = settle(outcome, claim.attempts_used, policies)
        else:
            outcome = Outcome(Result.NOT_SENT, error="not begun")
            settlement = Settlement(
                "released", is_final=False, cool_down_seconds=0
            )
        await self._ledger.record(claim, outcome, settlement)
        self.summary.count(outcome, settlement)
        self._on_settled(self.summary)
        if not settlement.cool_down_seconds:
            self._ready_in(claim.gap_seconds, key)

    def _may_begin(self, key: DeviceKey) -> bool:
        """Last check before the first byte: still wanted, still ours."""
        timeout = self._config.dispatcher.request_timeout_seconds
        return (
            not self._stop.is_set() and self._leases.remaining(key) > timeout
        )

    def _ready_in(self, seconds: float, key: DeviceKey) -> None:
        heapq.heappush(self._waiting, (time.monotonic() + seconds, key))

    async def _pause(self) -> None:
        """Wait for an answer, the next gap to pass, a limit or the stop."""
        awaited: set[asyncio.Task[None]] = set(self._in_flight)
        if not self._stop.is_set():
            awaited.add(asyncio.create_task(self._stopped()))
        done, _ = await asyncio.wait(
            awaited,
            timeout=self._seconds_to_wait(),
            return_when=asyncio.FIRST_COMPLETED,
        )
        for task in awaited - self._in_flight:
            task.cancel()
        for task in done & self._in_flight:
            self._in_flight.discard(task)
            if error := task.exception():
                self._failure = self._failure or error
                self.stop("an outcome could not be recorded")

    async def _stopped(self) -> None:
        await self._stop.wait()

    def _seconds_to_wait(self) -> float | None:
        """Seconds to the next thing that no task announces."""
        now = time.monotonic()
        times = []
        has_room = len(self._in_flight) < self._config.dispatcher.concurrency
        if self._waiting and has_room:
            times.append(self._waiting[0][0])
        if self._limits.seconds is not None and not self._stop.is_set():
            times.append(self._started_at + self._limits.seconds)
        return max(0.0, min(times) - now) if times else None

    async def _close(self, build: Build) -> None:
        """Say what stays behind, and why."""
        self.summary.refused = await self._ledger.refuse(build)
        self.summary.held = await self._ledger.held()

    async def _abandon(self) -> None:
        """Leave no task behind; what it sent stays `sending` in the ledger."""
        for task in self._in_flight:
            task.cancel()
        await asyncio.gather(*self._in_flight, return_exceptions=True)
