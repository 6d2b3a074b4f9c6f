"""The devices that this process sends from, and when each may go."""

import asyncio
import logging
import random
import time
from collections.abc import Iterable

from dispatcher.domain import Device, DeviceKey
from dispatcher.errors import DatabaseAwayError
from dispatcher.leases import Leases
from dispatcher.policy import share
from dispatcher.probes import Probes
from dispatcher.schedule import Schedule
from dispatcher.store.ledger import Ledger, Sendable

log = logging.getLogger(__name__)

# Between two looks for devices with something to send.
LOOK_SECONDS = 2.0
# A look takes no more than this part of the time.
LOOK_SHARE = 0.05
# A device that had nothing to claim is asked again after it.
EXHAUSTED_SECONDS = 30.0


class Fleet:
    """Finds and leases devices; each waits for its time or is busy.

    ``news`` is set when a device is found.
    """

    def __init__(
        self,
        ledger: Ledger,
        leases: Leases,
        probes: Probes,
        news: asyncio.Event,
    ) -> None:
        self._ledger = ledger
        self._leases = leases
        self._probes = probes
        self._news = news
        self._devices: dict[DeviceKey, Device] = {}
        self._schedule = Schedule()
        self._busy: set[DeviceKey] = set()
        self._exhausted: dict[DeviceKey, float] = {}  # until when
        self._leaving: set[DeviceKey] = set()  # given back when at rest
        self._looking = asyncio.Lock()
        self.is_owed = False  # others have devices that we should have

    @property
    def is_idle(self) -> bool:
        """Whether no device waits or is busy, and no gateway is asked."""
        return not self._schedule and not self._busy and not self._probes

    def next_at(self) -> float | None:
        """Return when the next device may send, by time.monotonic()."""
        return self._schedule.next_at()

    def take_ready(self, most: int) -> list[Device]:
        """Return devices whose time has come; they are busy from now on."""
        keys = self._schedule.take(time.monotonic(), most)
        self._busy.update(keys)
        return [self._devices[key] for key in keys]

    def put(self, key: DeviceKey, seconds: float) -> None:
        """Let a device go on after so many seconds."""
        self._busy.discard(key)
        if key not in self._leaving:
            self._schedule.put(key, time.monotonic() + seconds)

    def rest(self, key: DeviceKey) -> None:
        """Leave a device alone until a look finds it again."""
        self._busy.discard(key)

    def exhaust(self, keys: Iterable[DeviceKey]) -> None:
        """Leave busy devices alone that had nothing to claim.

        What is due but may not be sent cannot keep a run going.
        """
        until = time.monotonic() + EXHAUSTED_SECONDS
        for key in self._busy.intersection(keys):
            self._busy.discard(key)
            self._exhausted[key] = until

    def stand_down(self) -> None:
        """Let no device wait any more; busy ones finish."""
        self._schedule.clear()

    def remaining(self, key: DeviceKey) -> float:
        """Return for how many seconds the device is surely ours."""
        return self._leases.remaining(key)

    async def look(self) -> bool:
        """Give back what others should have, lease what we should.

        Returns whether a device was added.
        """
        async with self._looking:
            company = await self._leases.company()
            listed = await self._ledger.sendable_devices(self._known())
            self._probe(item for item in listed if item.is_gateway_due)
            found = {
                item.device.key: item
                for item in listed
                if not item.is_gateway_due
            }
            known = self._known()  # it has changed meanwhile
            new = [key for key in found if key not in known]
            mine = len(self._schedule) + len(self._busy - self._leaving)
            fair = share(
                company.dispatchers, company.leased_elsewhere, mine, len(new)
            )
            self.is_owed = fair.is_owed
            self._retire(fair.to_give)
            await self._give_back_idle()
            taken = await self._leases.take(new[: fair.to_take])
            for key in taken:
                self._admit(found[key])
        if taken:
            self._news.set()
        return bool(taken)

    def _probe(self, items: Iterable[Sendable]) -> None:
        """Let one device of each gateway that is half open stand for it."""
        waiting: dict[str, list[Device]] = {}
        for item in items:
            waiting.setdefault(item.device.gateway, []).append(item.device)
        for devices in waiting.values():
            # any: one that is dead itself must not stand for it every time
            chosen = random.choice(devices)  # noqa: S311
            self._probes.ask_gateway(chosen, self.look)

    def _admit(self, item: Sendable) -> None:
        """Let a device wait for its gap; ask first whether it is back."""
        key = item.device.key
        self._devices[key] = item.device
        if not item.is_half_open:
            self.put(key, item.wait_seconds)
            return
        self._busy.add(key)

        def go_on(may_try: bool) -> None:  # noqa: FBT001
            if may_try:
                self.put(key, item.wait_seconds)
            else:
                self.rest(key)

        self._probes.ask_device(item.device, go_on)

    async def _give_back_idle(self) -> None:
        """Keep no device from others that we have no use for."""
        idle = [
            key
            for key in self._leases.held
            if key not in self._schedule and key not in self._busy
        ]
        self._leaving.intersection_update(self._busy)
        if idle:
            await self._leases.give_back(idle)

    def _retire(self, number: int) -> None:
        """Let so many devices go: those that wait, then those that are busy.

        Busy ones are given back at the look after their message.
        """
        waiting = list(self._schedule)[:number]
        for key in waiting:
            self._schedule.drop(key)
        staying = [key for key in self._busy if key not in self._leaving]
        self._leaving.update(staying[: number - len(waiting)])

    async def keep_looking(self) -> None:
        """Look again and again, until cancelled."""
        pause = LOOK_SECONDS
        while True:
            await asyncio.sleep(pause)
            started_at = time.monotonic()
            try:
                await self.look()
            except DatabaseAwayError as error:
                log.warning("no look for devices: %s", error)
            took = time.monotonic() - started_at
            pause = max(LOOK_SECONDS, took / LOOK_SHARE)

    def _known(self) -> set[DeviceKey]:
        """The devices that no look has to find."""
        now = time.monotonic()
        exhausted = (key for key, at in self._exhausted.items() if at > now)
        return {*self._schedule, *self._busy, *exhausted}
