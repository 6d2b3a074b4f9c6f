"""Which dispatcher may send from which device, in the database's time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dispatcher.domain import DeviceKey
from dispatcher.store.session import Row, Session, array_of


@dataclass(frozen=True, slots=True)
class Company:
    """Who else is at work."""

    dispatchers: int  # this one among them
    leased_elsewhere: int  # devices


class LeaseTable:
    """The leases and the heartbeat of one dispatcher process, ``owner``."""

    def __init__(self, session: Session, owner: str) -> None:
        self._session = session
        self._owner = owner

    async def beat(self, lease_seconds: float) -> None:
        """Say that this dispatcher is at work, for as long as a lease."""
        await self._session.rows(
            "beat", owner=self._owner, lease_seconds=lease_seconds
        )

    async def company(self) -> Company:
        """Return who else is at work and what they have."""
        rows = await self._session.rows("company", owner=self._owner)
        return Company(**rows[0])

    async def take(
        self, keys: Collection[DeviceKey], lease_seconds: float
    ) -> set[DeviceKey]:
        """Lease those devices that nobody else holds; return them."""
        rows = await self._session.rows(
            "take_leases",
            owner=self._owner,
            lease_seconds=lease_seconds,
            **columns_of(keys),
        )
        return _keys(rows)

    async def renew(self, lease_seconds: float) -> set[DeviceKey]:
        """Prolong the leases still held; return their devices."""
        rows = await self._session.rows(
            "renew_leases", owner=self._owner, lease_seconds=lease_seconds
        )
        return _keys(rows)

    async def give_back(self, keys: Collection[DeviceKey]) -> None:
        """Let others have these devices."""
        await self._session.rows(
            "give_back_leases", owner=self._owner, **columns_of(keys)
        )

    async def release(self) -> None:
        """Give every lease back and be at work no more."""
        async with self._session.transaction() as transaction:
            await transaction.rows("release_leases", owner=self._owner)
            await transaction.rows("end_beat", owner=self._owner)


def columns_of(keys: Collection[DeviceKey]) -> dict[str, str]:
    """Devices as the two arrays that the queries unnest."""
    return {
        "user_ids": array_of(user_id for user_id, _ in keys),
        "device_ids": array_of(device_id for _, device_id in keys),
    }


def _keys(rows: Sequence[Row]) -> set[DeviceKey]:
    return {(row["user_id"], row["device_id"]) for row in rows}
