"""Writes what became of attempts."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dispatcher.breakers import heard
from dispatcher.domain import Fault
from dispatcher.policy import FaultPolicies, FaultPolicy, Finished
from dispatcher.store.breakers import hear_failed, hear_recovered
from dispatcher.store.session import Row, Session, array_of

# Columns that are numbers and ids
PLAIN = ("user_ids", "message_ids", "ages", "cool_downs", "longest_cool_downs")


@dataclass(frozen=True, slots=True)
class Recorded:
    """An attempt whose outcome stands in the ledger."""

    message_id: UUID
    rest_seconds: float  # of its gap, until the device may go on


class Outcomes:
    """The part of the ledger that is written after the network call."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def fault_policies(self) -> FaultPolicies:
        """Return the seed fault_policies as the last build loaded it."""
        return {
            Fault(row["fault_class"]): FaultPolicy(
                uses_attempt=row["uses_attempt"],
                retries=row["retries"],
                breaker_scope=row["breaker_scope"],
                cool_down_seconds=row["cool_down_minutes"] * 60.0,
                longest_cool_down_seconds=row["longest_cool_down_minutes"]
                * 60.0,
                devices_to_open=row["devices_to_open"],
            )
            for row in await self._session.rows("fault_policies")
        }

    async def record(self, batch: Sequence[Finished]) -> list[Recorded]:
        """Write what became of these attempts, and their breakers.

        An attempt that was settled already stays as it is and is left out of
        what is returned.

        Raises ValuesRefusedError when one of them cannot be stored.
        """
        now = time.monotonic()
        rows = [_row(finished, now) for finished in batch]
        columns: dict[str, Any] = {
            name: [row[name] for row in rows] for name in rows[0]
        }
        columns |= {name: array_of(columns[name]) for name in PLAIN}
        gateways = heard(batch)
        recorded: list[Row] = []
        async with self._session.batch() as transaction:
            await hear_recovered(transaction, gateways.recovered)
            found = await transaction.send("record_outcomes", **columns)
            if gateways.failed:
                # at the price of a round trip
                recorded = await found.fetchall()
                failed = _settled(gateways.failed, recorded)
                await hear_failed(transaction, failed)
        return [
            Recorded(row["message_id"], row["rest_seconds"])
            for row in recorded or await found.fetchall()
        ]


def _settled(
    failed: Sequence[Finished], rows: Sequence[Row]
) -> list[Finished]:
    """Leave out what was settled already: it was heard of then."""
    settled = {row["message_id"] for row in rows}
    return [
        item for item in failed if item.claim.message.message_id in settled
    ]


def _row(finished: Finished, now: float) -> dict[str, Any]:
    """Return an outcome by the names that the query unnests."""
    outcome, settlement = finished.outcome, finished.settlement
    is_sent = settlement.status == "sent"
    return {
        "user_ids": finished.claim.device.user_id,
        "message_ids": finished.claim.message.message_id,
        "statuses": settlement.status,
        "fault_classes": None if is_sent else outcome.fault,
        "error_messages": None if is_sent else outcome.error or "no detail",
        "http_statuses": outcome.http_status,
        "gateway_answers": json.dumps(dict(outcome.answer)),
        "provider_message_ids": outcome.provider_message_id,
        "ages": now - finished.answered_at,
        "cool_downs": settlement.cool_down_seconds,
        "longest_cool_downs": settlement.longest_cool_down_seconds,
        "failed_gateways": finished.claim.device.gateway
        if settlement.devices_to_open is not None
        else None,
    }
