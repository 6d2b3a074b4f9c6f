"""Everything the dispatcher reads and writes while it sends."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from dispatcher import __version__
from dispatcher.domain import Claim, Device, Fault, Message, Outcome
from dispatcher.errors import GateClosedError
from dispatcher.policy import FaultPolicies, FaultPolicy, Settlement
from dispatcher.store.session import Row, Session, Transaction

KNOWN_CONTRACTS = [1]  # versions of due_steps that this program can read

DeviceKey = tuple[UUID, UUID]  # tenant, device


@dataclass(frozen=True, slots=True)
class Sendable:
    """A device with something to send, now or after its gap."""

    device: Device
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class Build:
    """The last good build: what it was and which app schema it read."""

    invocation_id: str
    app_schema: str
    finished_at: datetime


class Ledger:
    """Gate, leases, claims and outcomes of one dispatcher process.

    ``owner`` names the process in leases and ledger rows. A device whose
    platform is not among ``gateways`` sends nothing. The gate closes when the
    last good build is older than ``max_age_minutes``.
    """

    def __init__(
        self,
        session: Session,
        owner: str,
        gateways: Iterable[str],
        max_age_minutes: float,
    ) -> None:
        self._session = session
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
        self._session.app = build.app_schema
        return build

    async def fault_policies(self) -> FaultPolicies:
        """Return the seed fault_policies as the last build loaded it."""
        return {
            Fault(row["fault_class"]): FaultPolicy(
                uses_attempt=row["uses_attempt"],
                retries=row["retries"],
                breaker_scope=row["breaker_scope"],
                cool_down_seconds=row["cool_down_minutes"] * 60.0,
            )
            for row in await self._session.rows("fault_policies")
        }

    async def sendable_devices(self) -> list[Sendable]:
        """Return the devices that can send now or after their gap."""
        rows = await self._session.rows(
            "sendable_devices", gateways=self._gateways
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
            )
            for row in rows
        ]

    async def take_leases(
        self, keys: Sequence[DeviceKey], lease_seconds: float
    ) -> set[DeviceKey]:
        """Lease those devices that nobody else holds; return them."""
        rows = await self._session.rows(
            "take_leases",
            owner=self._owner,
            lease_seconds=lease_seconds,
            **_columns(keys),
        )
        return {(row["user_id"], row["device_id"]) for row in rows}

    async def renew_leases(self, lease_seconds: float) -> set[DeviceKey]:
        """Prolong the leases still held; return their devices."""
        rows = await self._session.rows(
            "renew_leases", owner=self._owner, lease_seconds=lease_seconds
        )
        return {(row["user_id"], row["device_id"]) for row in rows}

    async def release_leases(self) -> None:
        """Give every lease back."""
        await self._session.rows("release_leases", owner=self._owner)

    async def claim(
        self, devices: Sequence[Device], build: Build, request_seconds: float
    ) -> list[Claim]:
        """Write at most one attempt per device as ``sending``.

        One transaction: lock the leases, ask the gate, then count and insert
        in a later statement, so that concurrent claims see each other.

        Raises GateClosedError when the gate closed in the meantime.
        """
        by_key = {(item.user_id, item.device_id): item for item in devices}
        async with self._session.transaction() as transaction:
            leases = await transaction.rows(
                "lock_leases",
                owner=self._owner,
                request_seconds=request_seconds,
                **_columns(list(by_key)),
            )
            await self._check_gate(transaction)
            held = [(row["user_id"], row["device_id"]) for row in leases]
            rows = await transaction.rows(
                "claim",
                owner=self._owner,
                version=__version__,
                invocation_id=build.invocation_id,
                deadline_seconds=request_seconds,
                epochs=[row["epoch"] for row in leases],
                gateways=self._gateways,
                **_columns(held),
            )
        return [
            _claim(row, by_key[row["user_id"], row["device_id"]])
            for row in rows
        ]

    async def record(
        self, claim: Claim, outcome: Outcome, settlement: Settlement
    ) -> None:
        """Write what became of an attempt; open a breaker if it calls for it.

        An attempt that was settled already stays as it is.
        """
        is_sent = settlement.status == "sent"
        fault = None if is_sent else outcome.fault
        error = None if is_sent else outcome.error or "no detail"
        async with self._session.transaction() as transaction:
            await transaction.rows(
                "record_outcome",
                user_id=claim.device.user_id,
                message_id=claim.message.message_id,
                status=settlement.status,
                fault_class=fault,
                error_message=error,
                http_status=outcome.http_status,
                gateway_answer=Jsonb(dict(outcome.answer)),
                provider_message_id=outcome.provider_message_id,
            )
            if settlement.cool_down_seconds:
                await transaction.rows(
                    "open_breaker",
                    user_id=claim.device.user_id,
                    device_id=claim.device.device_id,
                    fault_class=fault,
                    error_message=error,
                    cool_down_seconds=settlement.cool_down_seconds,
                )

    async def refuse(self, build: Build) -> Counter[str]:
        """Write down what the CRM's live tables keep back; count by reason.

        What was refused before and no longer is can be claimed again.
        """
        async with self._session.transaction() as transaction:
            await transaction.rows("clear_refusals")
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
        """Return how many open steps are held, by reason."""
        rows = await self._session.rows("held")
        return {row["reason"]: row["steps"] for row in rows}

    async def _check_gate(self, transaction: Transaction) -> None:
        rows = await transaction.rows(
            "gate",
            target=self._session.target,
            max_age_minutes=self._max_age_minutes,
            versions=KNOWN_CONTRACTS,
        )
        if rows:
            reasons = "; ".join(
                f"{row['reason']}: {row['explanation']}" for row in rows
            )
            message = f"the gate is closed: {reasons}"
            raise GateClosedError(message)


def _columns(keys: Sequence[DeviceKey]) -> dict[str, Any]:
    """Devices as the two arrays that the queries unnest."""
    return {
        "user_ids": [user_id for user_id, _ in keys],
        "device_ids": [device_id for _, device_id in keys],
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
        attempt_no=row["attempt_no"],
        attempts_used=row["attempts_used"],
        claimed_at=row["claimed_at"],
        deadline_at=row["deadline_at"],
        gap_seconds=row["gap_seconds"],
    )
