"""The devices that this process may send from, and until when."""

import asyncio
import logging
import time
from collections.abc import Collection

from dispatcher.domain import DeviceKey
from dispatcher.errors import DatabaseError
from dispatcher.store.leases import Company, LeaseTable

log = logging.getLogger(__name__)


class Leases:
    """Takes, renews and gives back leases; time is this process's own.

    A lease counts as lost here as soon as it was not renewed in time,
    whatever the database says.
    """

    def __init__(self, table: LeaseTable, lease_seconds: float) -> None:
        self._table = table
        self._seconds = lease_seconds
        self._until: dict[DeviceKey, float] = {}

    @property
    def held(self) -> Collection[DeviceKey]:
        """The devices leased when last asked."""
        return self._until.keys()

    async def company(self) -> Company:
        """Say that we are here; return who else is at work."""
        await self._table.beat(self._seconds)
        return await self._table.company()

    async def take(self, keys: Collection[DeviceKey]) -> set[DeviceKey]:
        """Lease the devices that nobody else holds; return those."""
        asked_at = time.monotonic()
        taken = await self._table.take(keys, self._seconds)
        self._until.update(dict.fromkeys(taken, asked_at + self._seconds))
        return taken

    async def give_back(self, keys: Collection[DeviceKey]) -> None:
        """Let others have these devices."""
        for key in keys:
            self._until.pop(key, None)
        await self._table.give_back(keys)

    def remaining(self, key: DeviceKey) -> float:
        """Seconds for which the device is surely ours; 0 when it is not."""
        return max(0.0, self._until.get(key, 0.0) - time.monotonic())

    async def keep(self) -> None:
        """Renew every third of a lease, until cancelled."""
        while True:
            await asyncio.sleep(self._seconds / 3)
            asked_at = time.monotonic()
            try:
                held = await self._table.renew(self._seconds)
            except DatabaseError as error:
                log.warning("leases not renewed: %s", error)
            else:
                until = asked_at + self._seconds
                self._until = dict.fromkeys(held, until)

    async def release(self) -> None:
        """Give every lease back."""
        self._until.clear()
        await self._table.release()
