"""The devices that this process may send from, and until when."""

import asyncio
import logging
import time
from collections.abc import Sequence

from dispatcher.errors import DatabaseError
from dispatcher.store.ledger import DeviceKey, Ledger

log = logging.getLogger(__name__)


class Leases:
    """Takes, renews and gives back leases; time is this process's own.

    A lease counts as lost here as soon as it was not renewed in time,
    whatever the database says.
    """

    def __init__(self, ledger: Ledger, lease_seconds: float) -> None:
        self._ledger = ledger
        self._seconds = lease_seconds
        self._until: dict[DeviceKey, float] = {}

    async def take(self, keys: Sequence[DeviceKey]) -> set[DeviceKey]:
        """Lease the devices that nobody else holds; return those."""
        asked_at = time.monotonic()
        taken = await self._ledger.take_leases(keys, self._seconds)
        self._until.update(dict.fromkeys(taken, asked_at + self._seconds))
        return taken

    def remaining(self, key: DeviceKey) -> float:
        """Seconds for which the device is surely ours; 0 when it is not."""
        return max(0.0, self._until.get(key, 0.0) - time.monotonic())

    async def keep(self) -> None:
        """Renew every third of a lease, until cancelled."""
        while True:
            await asyncio.sleep(self._seconds / 3)
            asked_at = time.monotonic()
            try:
                held = await self._ledger.renew_leases(self._seconds)
            except DatabaseError as error:
                log.warning("leases not renewed: %s", error)
            else:
                until = asked_at + self._seconds
                self._until = dict.fromkeys(held, until)

    async def release(self) -> None:
        """Give every lease back."""
        self._until.clear()
        await self._ledger.release_leases()
