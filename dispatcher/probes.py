"""Asks gateways and devices that are half open whether they are back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Protocol

from dispatcher.breakers import FAULTS, Verdict, may_try, verdict
from dispatcher.domain import Device, DeviceStatus
from dispatcher.errors import DatabaseAwayError
from dispatcher.store.breakers import Breakers

log = logging.getLogger(__name__)

AT_ONCE = 50  # questions about devices


class Gateway(Protocol):
    """Whatever can be asked how a device does."""

    async def status(self, device: Device) -> DeviceStatus | None:
        """How the gateway sees a device; None when it cannot be asked."""


class Probes:
    """The questions under way; ``on_ended`` is told when one is over."""

    def __init__(
        self,
        gateways: Mapping[str, Gateway],
        breakers: Breakers,
        on_ended: Callable[[asyncio.Task[None]], None],
    ) -> None:
        self._gateways = gateways
        self._breakers = breakers
        self._on_ended = on_ended
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    def __len__(self) -> int:
        return len(self._tasks)

    def ask_gateway(
        self, device: Device, again: Callable[[], Awaitable[object]]
    ) -> None:
        """Ask a gateway about one device, unless somebody else does.

        ``again`` is done when its devices, or this one, may go on.
        """
        self._start(self._ask_gateway(device, again))

    def ask_device(self, device: Device, then: Callable[[bool], None]) -> None:
        """Ask about a device; ``then`` is told whether it may go on."""
        self._start(self._ask_device(device, then))

    async def abandon(self) -> None:
        """Leave off; what was taken is free again when its time is over."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, probe: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(probe)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._on_ended(task)

    async def _ask_gateway(
        self, device: Device, again: Callable[[], Awaitable[object]]
    ) -> None:
        try:
            if await self._breakers.take_probe(device.gateway):
                await self._judge_gateway(device)
                await again()
        except DatabaseAwayError as error:
            log.warning("gateway %s not probed: %s", device.gateway, error)

    async def _judge_gateway(self, device: Device) -> None:
        name = device.gateway
        status = await self._gateways[name].status(device)
        found = verdict(status)
        if found is Verdict.GOOD:
            await self._breakers.close_gateway(name)
        elif found is Verdict.OPEN:
            await self._breakers.probe_by_message(device)
        elif status is not None:
            await self._breakers.reopen_gateway(name, status.detail)

    async def _ask_device(
        self, device: Device, then: Callable[[bool], None]
    ) -> None:
        may_go_on = False
        try:
            async with self._places:
                status = await self._gateways[device.gateway].status(device)
            may_go_on = may_try(status)
            if status is not None and not may_go_on:
                await self._breakers.reopen_device(
                    device, FAULTS.get(status.state), status.detail
                )
        except DatabaseAwayError as error:
            log.warning("device %s rests on: %s", device.device_id, error)
        finally:
            then(may_go_on)
