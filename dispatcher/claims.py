"""Claims in batches, whatever the database does meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from dispatcher.domain import Claim, Device, DeviceKey, Place
from dispatcher.errors import ValuesRefusedError
from dispatcher.halving import in_halves
from dispatcher.patience import patiently
from dispatcher.store.ledger import Build, Ledger

log = logging.getLogger(__name__)


class Claims:
    """Claims from one build.

    Each device goes on where its last claim was, for what it claimed stays
    in its queue until the next build. Whatever was held before that place
    and is not any more is found once nothing is left behind it.

    ``begin`` gets each claim; ``known`` names the messages that this process
    has in hand; ``again`` is told of a device that is to be asked for once
    more.
    """

    def __init__(  # noqa: PLR0913  # three of them are callbacks
        self,
        ledger: Ledger,
        build: Build,
        *,
        deadline_seconds: float,
        patience_seconds: float,
        given_up: asyncio.Event,
        begin: Callable[[Claim], None],
        known: Callable[[], Collection[UUID]],
        again: Callable[[Device], None],
    ) -> None:
        self._ledger = ledger
        self._build = build
        self._deadline_seconds = deadline_seconds
        self._patience_seconds = patience_seconds
        self._given_up = given_up
        self._begin = begin
        self._known = known
        self._again = again
        self._is_in_doubt = False
        self._settling = asyncio.Lock()
        self._under_way = 0
        self._none_under_way = asyncio.Event()
        self._none_under_way.set()
        self._places: dict[DeviceKey, Place] = {}

    async def claim(self, devices: Sequence[Device]) -> list[Claim]:
        """Claim at most one message of each device, and begin with it.

        Raises GateClosedError when the gate closed in the meantime, and
        DatabaseError when the database refused or was away for too long.
        """
        claims = await patiently(
            lambda: self._claim_all(devices),
            self._patience_seconds,
            self._given_up,
        )
        for claim in claims:
            self._begin(claim)
        self._ended()
        return claims

    async def settle_doubt(self) -> None:
        """Release what an interrupted claim may have left in the ledger.

        Whoever loses the connection in a commit cannot know what became of
        it. What stands there as ours and is not in our hands was never sent.
        So no other claim may be on its way from there to our hands.
        """
        async with self._settling:
            if self._is_in_doubt:
                await self._none_under_way.wait()
                await self._ledger.release_unbegun(self._known())
                self._is_in_doubt = False

    async def _claim_all(self, devices: Sequence[Device]) -> list[Claim]:
        """Claim; what comes back is under way until it has begun."""
        await self.settle_doubt()
        self._under_way += 1
        self._none_under_way.clear()
        try:
            return await in_halves(devices, self._claim, self._hold)
        except BaseException:
            self._is_in_doubt = True
            self._ended()
            raise

    def _ended(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._none_under_way.set()

    async def _claim(self, devices: Sequence[Device]) -> list[Claim]:
        claims = await self._ledger.claim(
            devices, self._build, self._deadline_seconds, self._places
        )
        found = {claim.device.key: claim.place for claim in claims}
        self._places |= found
        for device in devices:
            if device.key not in found:
                self._from_the_front(device)
        return claims

    def _from_the_front(self, device: Device) -> None:
        """Let a device that came to the end of its queue begin anew, once."""
        if self._places.pop(device.key, None) is not None:
            self._again(device)

    async def _hold(
        self, device: Device, refusal: ValuesRefusedError
    ) -> list[Claim]:
        log.warning("device %s: held a message: %s", device.device_id, refusal)
        try:
            await self._ledger.hold(
                device, self._build, str(refusal), self._places
            )
        except ValuesRefusedError as error:
            log.warning("device %s: left out: %s", device.device_id, error)
        else:
            self._again(device)
        return []
