"""How things stand, for ``dispatcher status``."""

from typing import Any

from dispatcher.profile import Profile
from dispatcher.store.connect import open_pool
from dispatcher.store.ledger import KNOWN_CONTRACTS, MOST_LOOKED_AT
from dispatcher.store.session import Session
from dispatcher.store.switches import Pause


async def read_status(
    profile: Profile, max_age_minutes: int
) -> dict[str, Any]:
    """Return gate, pauses, last build, queue, holds, breakers, devices.

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
        pauses = await session.rows("standing_pauses")
        state = {
            "gate": gate,
            "paused": [_shown(row) for row in pauses],
            "last_build": last_build,
        }
        good = await session.rows("last_good_build", target=target)
        return {**state, **await _read_queue(session, good)}


async def _read_queue(
    session: Session, good: list[dict[str, Any]]
) -> dict[str, Any]:
    if not good:
        return {"queue": None, "held": [], "breakers": [], "devices": []}
    session.app = good[0]["app_schema"]
    looked_at = await session.rows("held", most=MOST_LOOKED_AT)
    (counts,) = await session.rows("queue_counts")
    may_go = [row["steps"] for row in looked_at if not row["reason"]]
    return {
        "queue": {
            "due": sum(may_go),
            **counts,
            "looked_at": sum(row["steps"] for row in looked_at),
        },
        "held": [row for row in looked_at if row["reason"]],
        "breakers": await session.rows("standing_breakers"),
        "devices": await session.rows("devices"),
    }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a pause with the words of the command line."""
    pause = Pause.of(row)
    return {
        "scope": pause.scope,
        "id": pause.scope_id,
        "by": pause.requested_by,
        "since": pause.requested_at,
        "reason": pause.reason,
    }
