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
    return _ask(retries, failed, [], [], asked)


def retry_class(
    retries: Retries, fault: Fault, since: datetime, asked: Asked
) -> Retried:
    """Try again what failed by that class since then, and what it holds.

    Devices that cool down for it go on now; so do steps whose content was
    refused, for CONTENT_INVALID.
    """
    contents = (
        retries.refused_contents(since)
        if fault is Fault.CONTENT_INVALID
        else []
    )
    failed = retries.of_class(fault, since)
    devices = retries.close_breakers(fault, since)
    return _ask(retries, failed, contents, devices, asked)


def _ask(
    retries: Retries,
    failed: Sequence[Failed],
    contents: Sequence[Held],
    devices: Sequence[Held],
    asked: Asked,
) -> Retried:
    """Write down one request for each that is tried again."""
    tried = [attempt for attempt in failed if attempt.obstacle is None]
    for attempt in tried:
        retries.request("retry", asked, attempt.user_id, attempt.target())
    for held in (*contents, *devices):
        retries.request("retry", asked, held.user_id, held.target)
    left_alone = Counter(item.obstacle for item in failed if item.obstacle)
    return Retried(
        len(tried),
        len(contents),
        len(devices),
        dict(sorted(left_alone.items())),
    )
