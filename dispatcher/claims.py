"""Claims in batches, one at a time, whatever the database does meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from dispatcher.domain import Claim, Device
from dispatcher.errors import ValuesRefusedError
from dispatcher.halving import in_halves
from dispatcher.patience import patiently
from dispatcher.store.ledger import Build, Ledger

log = logging.getLogger(__name__)


class Claims:
    """Claims from one build.

    ``known`` names the messages that this process has in hand; ``again`` is
    told of a device whose first message was held, so that the next may go.
    """

    def __init__(  # noqa: PLR0913  # two of them are callbacks
        self,
        ledger: Ledger,
        build: Build,
        *,
        deadline_seconds: float,
        patience_seconds: float,
        given_up: asyncio.Event,
        known: Callable[[], Collection[UUID]],
        again: Callable[[Device], None],
    ) -> None:
        self._ledger = ledger
        self._build = build
        self._deadline_seconds = deadline_seconds
        self._patience_seconds = patience_seconds
        self._given_up = given_up
        self._known = known
        self._again = again
        self._is_in_doubt = False

    async def claim(self, devices: Sequence[Device]) -> list[Claim]:
        """Claim at most one message of each device.

        Raises GateClosedError when the gate closed in the meantime, and
        DatabaseError when the database refused or was away for too long.
        """
        return await patiently(
            lambda: self._claim_all(devices),
            self._patience_seconds,
            self._given_up,
        )

    async def settle_doubt(self) -> None:
        """Release what an interrupted claim may have left in the ledger.

        Whoever loses the connection in a commit cannot know what became of
        it. What stands there as ours and is not in our hands was never sent.
        """
        if self._is_in_doubt:
            await self._ledger.release_unbegun(self._known())
            self._is_in_doubt = False

    async def _claim_all(self, devices: Sequence[Device]) -> list[Claim]:
        await self.settle_doubt()
        self._is_in_doubt = True
        claims = await in_halves(devices, self._claim, self._hold)
        self._is_in_doubt = False
        return claims

    async def _claim(self, devices: Sequence[Device]) -> list[Claim]:
        return await self._ledger.claim(
            devices, self._build, self._deadline_seconds
        )

    async def _hold(
        self, device: Device, refusal: ValuesRefusedError
    ) -> list[Claim]:
        log.warning("device %s: held a message: %s", device.device_id, refusal)
        try:
            await self._ledger.hold(device, self._build, str(refusal))
        except ValuesRefusedError as error:
            log.warning("device %s: left out: %s", device.device_id, error)
        else:
            self._again(device)
        return []
