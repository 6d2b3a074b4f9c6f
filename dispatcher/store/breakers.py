"""Gateways and devices that are left alone, and who asks them again."""

from collections.abc import Sequence
from typing import Any

from dispatcher.domain import Device, Fault
from dispatcher.policy import Finished
from dispatcher.store.session import Session, Transaction


class Breakers:
    """The breakers as a probe changes them; the database takes the turns.

    A probe that is taken is nobody else's for ``probe_seconds``.
    """

    def __init__(self, session: Session, probe_seconds: float) -> None:
        self._session = session
        self._probe_seconds = probe_seconds

    async def take_probe(self, gateway: str) -> bool:
        """Be the one who asks a half-open gateway; False: another is."""
        return bool(
            await self._session.rows(
                "take_probe",
                gateway=gateway,
                probe_seconds=self._probe_seconds,
            )
        )

    async def probe_by_message(self, device: Device) -> None:
        """Let this one device send one message, as the probe."""
        await self._session.rows(
            "probe_by_message",
            gateway=device.gateway,
            user_id=device.user_id,
            device_id=device.device_id,
            probe_seconds=self._probe_seconds,
        )

    async def close_gateway(self, gateway: str) -> None:
        """Let a gateway's devices go on, for it answers."""
        await self._session.rows("close_gateway", gateway=gateway)

    async def reopen_gateway(self, gateway: str, error: str) -> None:
        """Leave a gateway alone for longer than the last time."""
        await self._session.rows(
            "reopen_gateway", gateway=gateway, error_message=error
        )

    async def reopen_device(
        self, device: Device, fault: Fault | None, error: str
    ) -> None:
        """Leave a device alone for longer; without a fault for the same."""
        await self._session.rows(
            "reopen_device",
            user_id=device.user_id,
            device_id=device.device_id,
            fault_class=fault,
            error_message=error,
        )


async def hear_recovered(
    transaction: Transaction, gateways: Sequence[str]
) -> None:
    """Forget what failed at gateways that answered."""
    if gateways:
        await transaction.send("recover_gateways", gateways=list(gateways))


async def hear_failed(
    transaction: Transaction, failed: Sequence[Finished]
) -> None:
    """Count what failed at gateways; open where it is enough."""
    if failed:
        columns = _columns(failed)
        await transaction.send("count_failed_devices", **columns)
        await transaction.send("open_gateways", **columns)


def _columns(failed: Sequence[Finished]) -> dict[str, list[Any]]:
    """Return failures by the names that the queries unnest."""
    return {
        "gateways": [item.claim.device.gateway for item in failed],
        "device_ids": [item.claim.device.device_id for item in failed],
        "fault_classes": [item.outcome.fault for item in failed],
        "error_messages": [item.outcome.error for item in failed],
        "cool_downs": [item.settlement.cool_down_seconds for item in failed],
        "longest_cool_downs": [
            item.settlement.longest_cool_down_seconds for item in failed
        ],
        "devices_to_open": [
            item.settlement.devices_to_open for item in failed
        ],
    }
