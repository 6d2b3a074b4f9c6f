"""Trying again what failed, once a person has mended the cause.

An ended enrolment never reopens and an exit is final, so what ended so is
counted and left alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatcher.domain import Fault
from dispatcher.errors import ConfigError
from dispatcher.store.requests import Asked
from dispatcher.store.retries import Failed, Held, Retries


@dataclass(frozen=True)
class Retried:
    """How much is tried again, and what is not, by its obstacle."""

    steps: int
    contents: int
    devices: int
    gateways: int
    left_alone: dict[str, int]


def retry_enrollment(
    retries: Retries,
    enrollment_id: UUID,
    sequence_stepid: UUID | None,
    asked: Asked,
) -> Retried:
    """Try again what failed of one enrolment, or of one step there.

    Raises ConfigError when nobody was enrolled by that id.
    """
    if not retries.was_enrolled(enrollment_id):
        message = f"--enrollment {enrollment_id}: nobody was enrolled by it"
        cure = (
            "take the enrollment_id of a row of sequence_progress_monitor"
            " whose step failed"
        )
        raise ConfigError(message, cure=cure)
    failed = retries.of_enrollment(enrollment_id, sequence_stepid)
    return _ask(retries, asked, failed)


def retry_class(
    retries: Retries, fault: Fault, since: datetime, asked: Asked
) -> Retried:
    """Try again what failed by that class since then, and what it holds.

    Devices that cool down for it go on now, and gateways are probed; so do
    steps whose content was refused, for CONTENT_INVALID.
    """
    contents = (
        retries.refused_contents(since)
        if fault is Fault.CONTENT_INVALID
        else []
    )
    failed = retries.of_class(fault, since)
    gateways = retries.end_gateway_rests(fault=fault, since=since)
    devices = retries.close_breakers(fault, since)
    return _ask(
        retries,
        asked,
        failed,
        contents=contents,
        devices=devices,
        gateways=gateways,
    )


def retry_gateway(retries: Retries, gateway: str, asked: Asked) -> Retried:
    """Probe a gateway that rests now, and its devices that rest for it.

    Raises ConfigError when none of them rests.
    """
    gateways = retries.end_gateway_rests(gateway=gateway)
    devices = retries.end_rests_of(gateway)
    if not gateways and not devices:
        message = f"--gateway {gateway}: nothing rests for its fault"
        cure = "take the key of a gateway that `dispatcher status` lists"
        raise ConfigError(message, cure=cure)
    return _ask(retries, asked, [], devices=devices, gateways=gateways)


def _ask(  # noqa: PLR0913  # one for each kind of what is held
    retries: Retries,
    asked: Asked,
    failed: Sequence[Failed],
    *,
    contents: Sequence[Held] = (),
    devices: Sequence[Held] = (),
    gateways: Sequence[Held] = (),
) -> Retried:
    """Write down one request for each that is tried again."""
    tried = [attempt for attempt in failed if attempt.obstacle is None]
    for attempt in tried:
        retries.request("retry", asked, attempt.user_id, attempt.target())
    for held in (*contents, *devices, *gateways):
        retries.request("retry", asked, held.user_id, held.target)
    left_alone = Counter(item.obstacle for item in failed if item.obstacle)
    return Retried(
        len(tried),
        len(contents),
        len(devices),
        len(gateways),
        dict(sorted(left_alone.items())),
    )
