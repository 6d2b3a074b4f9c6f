"""Asks gateways what became of messages whose outcome is unknown."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from dispatcher.domain import Device, LookUp
from dispatcher.errors import DatabaseAwayError
from dispatcher.store.look_ups import Doubt, LookUpTable

log = logging.getLogger(__name__)

AT_ONCE = 10  # questions
# Between two rounds of a run that goes on; none takes longer
ROUND_SECONDS = 30.0


class Gateway(Protocol):
    """Whatever can be asked about a message by the id that we gave it."""

    @property
    def can_look_up(self) -> bool:
        """Whether it can."""

    async def look_up(self, device: Device, message_id: UUID) -> LookUp | None:
        """What became of it; None when the gateway cannot be asked."""


class LookUps:
    """Counts in ``settled`` what its questions settled, by status."""

    def __init__(
        self,
        gateways: Mapping[str, Gateway],
        table: LookUpTable,
        settled: Counter[str],
    ) -> None:
        self._gateways = {
            name: gateway
            for name, gateway in gateways.items()
            if gateway.can_look_up
        }
        self._table = table
        self._settled = settled
        self._places = asyncio.Semaphore(AT_ONCE)

    async def keep_asking(self) -> None:
        """Ask again and again, until cancelled."""
        while self._gateways:
            await asyncio.sleep(ROUND_SECONDS)
            await self.ask()

    async def ask(self) -> None:
        """Ask about what it is time to ask about."""
        if not self._gateways:
            return
        try:
            doubts = await self._table.take(self._gateways)
        except DatabaseAwayError as error:
            log.warning("nothing is looked up: %s", error)
        else:
            # what takes longer comes again at its next time
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ROUND_SECONDS):
                    await asyncio.gather(*map(self._ask_about, doubts))

    async def _ask_about(self, doubt: Doubt) -> None:
        async with self._places:
            gateway = self._gateways[doubt.device.gateway]
            found = await gateway.look_up(doubt.device, doubt.message_id)
        if found is None:
            return
        try:
            status = await self._table.record(doubt, found)
        except DatabaseAwayError as error:
            log.warning("message %s: %s", doubt.message_id, error)
        else:
            self._settled.update([status])
