"""Everything the dispatcher reads and writes before it sends."""

from collections import Counter
from collections.abc import (
    AsyncIterator,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from dispatcher import __version__
from dispatcher.domain import Claim, Device, DeviceKey, Message, Place
from dispatcher.errors import (
    DatabaseAwayError,
    DatabaseError,
    GateClosedError,
    ValuesRefusedError,
)
from dispatcher.store.leases import columns_of
from dispatcher.store.session import (
    Row,
    Session,
    Transaction,
    array_of,
)

# Steps whose reason is looked up; one of each device at least
MOST_LOOKED_AT = 10_000
KNOWN_CONTRACTS = [1]  # versions of due_steps that this program can read
AT_THE_FRONT: Place = ("-infinity", UUID(int=0))
NOWHERE: Mapping[DeviceKey, Place] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Sendable:
    """A device with something to send, now or after its gap."""

    device: Device
    wait_seconds: float
    is_half_open: bool = False  # it failed; whether it is back is not known
    is_gateway_due: bool = False  # it may not: its gateway is to be probed


@dataclass(frozen=True, slots=True)
class Build:
    """The last good build: what it was and which app schema it read."""

    invocation_id: str
    app_schema: str
    finished_at: datetime


class Ledger:
    """Gate and claims of one dispatcher process.

    Claims go over ``claiming``, so that they wait for nothing else.
    ``owner`` names the process in leases and ledger rows. A device whose
    platform is not among ``gateways`` sends nothing. The gate closes when the
    last good build is older than ``max_age_minutes``.
    """

    def __init__(
        self,
        session: Session,
        claiming: Session,
        owner: str,
        gateways: Iterable[str],
        max_age_minutes: float,
    ) -> None:
        self._session = session
        self._claiming = claiming
        self._owner = owner
        self._gateways = list(gateways)
        self._max_age_minutes = max_age_minutes

    async def open_gate(self) -> Build:
        """Return the build to send from.

        Raises GateClosedError with every reason when sending is refused.
        """
        async with self._session.transaction() as transaction:
            await self._check_gate(transaction)
            rows = await transaction.rows(
                "last_good_build", target=self._session.target
            )
        build = Build(**rows[0])
        self._session.app = self._claiming.app = build.app_schema
        return build

    async def sendable_devices(
        self, known: Collection[DeviceKey] = ()
    ) -> list[Sendable]:
        """Return the devices that can send now or after their gap.

        Devices that another dispatcher leases are left out, and those that
        are ``known``. Those of a gateway that is to be probed are named, one
        of them to probe it.

        Raises GateClosedError when there is no queue to look at.
        """
        async with self._queue_replaced():
            rows = await self._session.rows(
                "sendable_devices",
                owner=self._owner,
                gateways=self._gateways,
                **columns_of(known),
            )
        return [
            Sendable(
                Device(
                    user_id=row["user_id"],
                    device_id=row["device_id"],
                    gateway=row["gateway"],
                    address=row["address"],
                ),
                wait_seconds=max(0.0, row["wait_seconds"]),
                is_half_open=row["is_half_open"],
                is_gateway_due=row["is_gateway_due"],
            )
            for row in rows
        ]

    async def claim(
        self,
        devices: Sequence[Device],
        build: Build,
        request_seconds: float,
        after: Mapping[DeviceKey, Place] = NOWHERE,
    ) -> list[Claim]:
        """Write at most one attempt per device as ``sending``.

        One transaction: lock the leases, then ask the gate, count and insert
        in a later statement, so that concurrent claims see each other. A
        device goes on ``after`` a place of its queue.

        Raises GateClosedError when the gate closed in the meantime.
        """
        by_key = {device.key: device for device in devices}
        keys = columns_of(by_key)
        async with self._queue_replaced(), self._claiming.batch() as batch:
            await batch.send(
                "lock_leases",
                owner=self._owner,
                request_seconds=request_seconds,
                **keys,
            )
            claimed = await batch.send(
                "claim",
                owner=self._owner,
                version=__version__,
                invocation_id=build.invocation_id,
                deadline_seconds=request_seconds,
                gateways=self._gateways,
                **self._gate_values(),
                **_places(by_key, after),
                **keys,
            )
        rows = await claimed.fetchall()
        if not rows:
            await self.open_gate()  # which may be why there are none
        return [
            _claim(row, by_key[row["user_id"], row["device_id"]])
            for row in rows
        ]

    async def hold(
        self,
        device: Device,
        build: Build,
        refusal: str,
        after: Mapping[DeviceKey, Place] = NOWHERE,
    ) -> list[Claim]:
        """Hold back the message that a claim cannot write for a device.

        Returns no claim, as whoever asks for one expects.
        """
        await self._session.rows(
            "hold_head",
            invocation_id=build.invocation_id,
            detail=refusal.replace("\x00", "\ufffd"),
            **columns_of([device.key]),
            **_places([device.key], after),
        )
        return []

    async def release_unbegun(self, known: Collection[UUID]) -> None:
        """Release our attempts that we do not know of: they never began.

        Waits for a claim of ours whose commit may still be under way.
        """
        async with self._session.transaction() as transaction:
            await transaction.rows("lock_own_leases", owner=self._owner)
            await transaction.rows(
                "release_unbegun", owner=self._owner, known=list(known)
            )

    async def refuse(self, build: Build) -> Counter[str]:
        """Write down what the CRM's live tables keep back; count by reason.

        What was refused before and no longer is can be claimed again.
        """
        async with self._session.transaction() as transaction:
            await transaction.rows(
                "clear_refusals", invocation_id=build.invocation_id
            )
            await transaction.rows(
                "refuse",
                invocation_id=build.invocation_id,
                gateways=self._gateways,
            )
            rows = await transaction.rows("standing_refusals")
        return Counter({row["reason"]: row["steps"] for row in rows})

    async def preview(self, limit: int | None) -> list[Row]:
        """Return what would be sent now, in order, changing nothing."""
        return await self._session.rows(
            "preview", max_messages=limit, gateways=self._gateways
        )

    async def held(self) -> dict[str, int]:
        """Return how many steps that are due are held, by reason."""
        rows = await self._session.rows("held", most=MOST_LOOKED_AT)
        return {row["reason"]: row["steps"] for row in rows if row["reason"]}

    @asynccontextmanager
    async def _queue_replaced(self) -> AsyncIterator[None]:
        """Raise GateClosedError for what fails while a build is at work."""
        try:
            yield
        except (DatabaseAwayError, ValuesRefusedError):
            raise
        except DatabaseError:
            await self.open_gate()
            raise

    async def _check_gate(self, transaction: Transaction) -> None:
        rows = await transaction.rows("gate", **self._gate_values())
        if rows:
            reasons = "; ".join(
                f"{row['reason']}: {row['explanation']}" for row in rows
            )
            message = f"the gate is closed: {reasons}"
            raise GateClosedError(message)

    def _gate_values(self) -> dict[str, Any]:
        return {
            "target": self._session.target,
            "max_age_minutes": self._max_age_minutes,
            "versions": KNOWN_CONTRACTS,
        }


def _places(
    keys: Iterable[DeviceKey], after: Mapping[DeviceKey, Place]
) -> dict[str, Any]:
    """Return where devices are in their queues, as two arrays."""
    places = [after.get(key, AT_THE_FRONT) for key in keys]
    return {
        "after_times": [at for at, _ in places],
        "after_ids": array_of(enrollment_id for _, enrollment_id in places),
    }


def _claim(row: Row, device: Device) -> Claim:
    message = Message(
        message_id=row["id"],
        recipient_phone=row["recipient_phone"],
        message_type=row["message_type"],
        content=row["content"],
        media_url=row["media_url"],
    )
    return Claim(
        message=message,
        device=device,
        attempts_used=row["attempts_used"],
        place=(row["queued_at"], row["queued_id"]),
    )
