"""What an answer says of its gateway and device: pure decisions on values."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from dispatcher.domain import DeviceState, DeviceStatus, Fault, Result
from dispatcher.policy import Finished

FAULTS = {
    DeviceState.DOWN: Fault.DEVICE_DOWN,
    DeviceState.LOGGED_OUT: Fault.DEVICE_LOGGED_OUT,
    DeviceState.RESTRICTED: Fault.DEVICE_RESTRICTED,
}


class Verdict(enum.Enum):
    """What a question found out about a gateway."""

    GOOD = enum.auto()
    BAD = enum.auto()
    OPEN = enum.auto()  # one message is to decide


def verdict(status: DeviceStatus | None) -> Verdict:
    """Whether a gateway is back, by what it says of one device.

    Whatever it says, it is there; what nobody can read may be another's.
    """
    if status is None:
        return Verdict.OPEN
    if status.is_silent:
        return Verdict.BAD
    is_read = status.state is not DeviceState.UNKNOWN
    return Verdict.GOOD if is_read else Verdict.OPEN


def may_try(status: DeviceStatus | None) -> bool:
    """Whether a half-open device may send a message, by what is said of it.

    The message is the probe where nothing else tells.
    """
    if status is None or status.state is DeviceState.READY:
        return True
    return status.state is DeviceState.UNKNOWN and not status.is_silent


@dataclass(frozen=True, slots=True)
class Heard:
    """What a batch of answers says of gateways."""

    recovered: Sequence[str]  # they answered, whatever about
    failed: Sequence[Finished]  # in order, none answered for since


def heard(batch: Sequence[Finished]) -> Heard:
    """Tell which gateways are there, and what failed at them since."""
    ordered = sorted(batch, key=lambda item: item.answered_at)
    recovered: dict[str, None] = {}
    failed: dict[str, list[Finished]] = {}
    for item in ordered:
        gateway = item.claim.device.gateway
        if item.settlement.devices_to_open is not None:
            failed.setdefault(gateway, []).append(item)
        elif _is_answered(item):
            recovered[gateway] = None
            failed.pop(gateway, None)
    return Heard(
        list(recovered), [item for items in failed.values() for item in items]
    )


def _is_answered(finished: Finished) -> bool:
    """Whether the gateway gave an answer that its definition understands."""
    outcome = finished.outcome
    if outcome.result is Result.ACCEPTED:
        return True
    is_understood = outcome.fault is not Fault.UNCLASSIFIED
    return outcome.http_status is not None and is_understood
