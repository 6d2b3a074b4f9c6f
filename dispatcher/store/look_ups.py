"""Attempts whose outcome a gateway may know, and what it said of them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from dispatcher.domain import Device, LookUp, Result
from dispatcher.store.session import Session

MOST = 50  # questions in one round
# The last some two hours after the first: longer than an unknown waits
MOST_TRIES = 8
STATUSES = {Result.ACCEPTED: "sent", Result.NOT_SENT: "failed"}


@dataclass(frozen=True, slots=True)
class Doubt:
    """An attempt whose outcome is unknown, ours to ask about."""

    message_id: UUID
    device: Device


class LookUpTable:
    """Who asks about what, and when again; the database takes the turns."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def take(self, gateways: Collection[str]) -> list[Doubt]:
        """Be the one who asks these gateways now about these attempts."""
        rows = await self._session.rows(
            "take_look_ups",
            gateways=list(gateways),
            most=MOST,
            most_tries=MOST_TRIES,
        )
        return [
            Doubt(
                row["message_id"],
                Device(
                    row["user_id"],
                    row["device_id"],
                    row["gateway"],
                    row["address"],
                ),
            )
            for row in rows
        ]

    async def record(self, doubt: Doubt, found: LookUp) -> str:
        """Write down what was said; return what the attempt became."""
        status = STATUSES.get(found.result)
        said = found.detail.replace("\x00", "\ufffd")
        names = {
            "user_id": doubt.device.user_id,
            "message_id": doubt.message_id,
        }
        async with self._session.transaction() as transaction:
            settled = status and await transaction.rows(
                "settle_by_look_up",
                status=status,
                fault_class=found.fault,
                error_message=said if found.fault else None,
                provider_message_id=found.provider_message_id,
                **names,
            )
            await transaction.rows(
                "note_look_up",
                detail=said,
                is_settled=status is not None,
                **names,
            )
        return status if status and settled else "unknown"
