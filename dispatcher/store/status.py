"""How things stand, for ``dispatcher status``."""

from typing import Any

from dispatcher.profile import Profile
from dispatcher.store.connect import open_pool
from dispatcher.store.ledger import KNOWN_CONTRACTS
from dispatcher.store.session import Session


async def read_status(
    profile: Profile, max_age_minutes: int
) -> dict[str, Any]:
    """Return gate, last build, queue, holds and devices, as plain values.

    The queue's parts are empty until a build has passed.
    """
    async with await open_pool(profile, 1) as pool:
        session = Session(pool, profile.schema)
        target = session.target
        gate = await session.rows(
            "gate",
            target=target,
            max_age_minutes=max_age_minutes,
            versions=KNOWN_CONTRACTS,
        )
        last_build = await session.rows("last_build", target=target)
        state = {"gate": gate, "last_build": last_build}
        good = await session.rows("last_good_build", target=target)
        return {**state, **await _read_queue(session, good)}


async def _read_queue(
    session: Session, good: list[dict[str, Any]]
) -> dict[str, Any]:
    if not good:
        return {"queue": None, "held": [], "devices": []}
    session.app = good[0]["app_schema"]
    return {
        "queue": (await session.rows("queue_counts"))[0],
        "held": await session.rows("held"),
        "devices": await session.rows("devices"),
    }
