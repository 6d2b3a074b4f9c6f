"""What a person may ask for enrolments: to void them, or another device.

Requests are checked and written down here; the next build decides on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dispatcher.errors import ConfigError
from dispatcher.store.enrollments import Enrollment, Enrollments
from dispatcher.store.requests import Asked


@dataclass(frozen=True)
class Outcome:
    """What a request is about."""

    enrollments: int
    sequences: int
    requests: int

    @classmethod
    def of(cls, found: Sequence[Enrollment], requests: int) -> "Outcome":
        """Count what was found."""
        sequences = {enrollment.sequence_id for enrollment in found}
        return cls(len(found), len(sequences), requests)


def void_build(
    enrollments: Enrollments, invocation_id: str, asked: Asked
) -> Outcome:
    """Ask to void all that a build enrolled: one request for each tenant.

    Raises ConfigError when it enrolled nobody.
    """
    found = enrollments.of_build(invocation_id)
    if not found and not enrollments.count_of_build(invocation_id):
        message = f"the build {invocation_id!r} enrolled nobody"
        cure = (
            "take the invocation_id of a row of sequence_enrollments, in the"
            " memory schema of this target"
        )
        raise ConfigError(message, cure=cure)
    tenants = {enrollment.user_id for enrollment in found}
    for user_id in tenants:
        target = {"invocation_id": invocation_id}
        enrollments.request("void", asked, user_id, target)
    return Outcome.of(found, len(tenants))


def void(
    enrollments: Enrollments, ids: Sequence[UUID], asked: Asked
) -> Outcome:
    """Ask to void these enrolments; what has ended already is left out.

    Raises ConfigError when one of them was never made.
    """
    found = _by_id(enrollments, ids)
    for enrollment in found:
        target = {"enrollment_id": enrollment.enrollment_id}
        enrollments.request("void", asked, enrollment.user_id, target)
    return Outcome.of(found, len(found))


def reassign_device(
    enrollments: Enrollments, source: UUID, target: UUID, asked: Asked
) -> Outcome:
    """Ask to move all open enrolments of a device to another one.

    Raises ConfigError when the target is no device, or nobody of its tenant
    is on the source.
    """
    user_id = _owner(enrollments, target)
    found = enrollments.of_device(user_id, source)
    if source == target or not found:
        message = (
            f"--from {source} --to {target}: no open enrolment of tenant"
            f" {user_id}, whose device the latter is, would move"
        )
        cure = "`dispatcher status` lists devices"
        raise ConfigError(message, cure=cure)
    devices = {"from_device_id": source, "to_device_id": target}
    enrollments.request("reassign", asked, user_id, devices)
    return Outcome.of(found, 1)


def reassign(
    enrollments: Enrollments, ids: Sequence[UUID], target: UUID, asked: Asked
) -> Outcome:
    """Ask to move these enrolments to another device of their tenant.

    Raises ConfigError when the target is no device or another tenant's, or
    one of the enrolments was never made.
    """
    user_id = _owner(enrollments, target)
    found = _by_id(enrollments, ids)
    for enrollment in found:
        if enrollment.user_id != user_id:
            message = (
                f"--to {target} is a device of tenant {user_id}, but"
                f" {enrollment.enrollment_id} is an enrolment of tenant"
                f" {enrollment.user_id}"
            )
            raise ConfigError(message, cure="name a device of that tenant")
    # Who is there now may be about to leave, by what was asked before
    is_settled = not enrollments.moves_wait(user_id)
    moving = [
        enrollment
        for enrollment in found
        if not (is_settled and enrollment.device_id == target)
    ]
    for enrollment in moving:
        move = {
            "enrollment_id": enrollment.enrollment_id,
            "to_device_id": target,
        }
        enrollments.request("reassign", asked, user_id, move)
    return Outcome.of(moving, len(moving))


def _owner(enrollments: Enrollments, device_id: UUID) -> UUID:
    user_id = enrollments.owner_of_device(device_id)
    if user_id is None:
        message = f"--to {device_id}: there is no such device"
        cure = "take the id of a row of user_devices"
        raise ConfigError(message, cure=cure)
    return user_id


def _by_id(enrollments: Enrollments, ids: Sequence[UUID]) -> list[Enrollment]:
    unknown = set(ids) - enrollments.known(ids)
    if unknown:
        names = ", ".join(sorted(map(str, unknown)))
        message = f"--enrollment {names}: nobody was enrolled by that id"
        cure = (
            "take the enrollment_id of a row of sequence_enrollments, in the"
            " memory schema of this target"
        )
        raise ConfigError(message, cure=cure)
    return enrollments.by_id(ids)
