"""The CRM's devices, for those who ask about them."""

from dataclasses import dataclass
from uuid import UUID

from dispatcher.domain import Device
from dispatcher.profile import Profile
from dispatcher.store.connect import open_pool
from dispatcher.store.session import Session


@dataclass(frozen=True, slots=True)
class NamedDevice:
    """A device as the dispatcher and as people call it."""

    device: Device
    name: str


async def read_devices(
    profile: Profile, device_id: UUID | None = None
) -> list[NamedDevice]:
    """Return the devices by name, or the one with this id.

    They are those of the app schema that the last good build read, else of
    public. Raises DatabaseError.
    """
    async with await open_pool(profile, 1) as pool:
        session = Session(pool, profile.schema)
        good = await session.rows("last_good_build", target=profile.schema)
        if good:
            session.app = good[0]["app_schema"]
        rows = await session.rows("named_devices", device_id=device_id)
    return [
        NamedDevice(
            Device(
                row["user_id"],
                row["device_id"],
                row["gateway"],
                row["address"],
            ),
            row["device_name"],
        )
        for row in rows
    ]
