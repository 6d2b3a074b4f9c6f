"""What failed and may be tried again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatcher.domain import Fault
from dispatcher.store.requests import Requests, Target


@dataclass(frozen=True, slots=True)
class Failed:
    """The last attempt at a step, which failed."""

    user_id: UUID
    enrollment_id: UUID
    sequence_stepid: UUID
    attempt_no: int
    obstacle: str | None  # why there is no other; None when there may be one

    def target(self) -> Target:
        """Name it in a request."""
        return {
            "enrollment_id": self.enrollment_id,
            "sequence_stepid": self.sequence_stepid,
            "attempt_no": str(self.attempt_no),
        }


@dataclass(frozen=True, slots=True)
class Held:
    """What is held for many, as the target of a request.

    A gateway is of no tenant.
    """

    user_id: UUID | None
    target: Target


class Retries(Requests):
    """Failures of one target schema, and what they hold."""

    def of_enrollment(
        self, enrollment_id: UUID, sequence_stepid: UUID | None
    ) -> list[Failed]:
        """Return the failures of an enrolment, or of one of its steps."""
        return self._failed(
            enrollment_id=enrollment_id, sequence_stepid=sequence_stepid
        )

    def of_class(self, fault: Fault, since: datetime) -> list[Failed]:
        """Return the failures of that class since then."""
        return self._failed(fault_class=fault, since=since)

    def refused_contents(self, since: datetime) -> list[Held]:
        """Return the steps whose content was refused since then."""
        return [
            Held(row["user_id"], {"sequence_stepid": row["sequence_stepid"]})
            for row in self._rows("refused_contents", since=since)
        ]

    def close_breakers(self, fault: Fault, since: datetime) -> list[Held]:
        """End the cool-downs that began since then; return whose."""
        rows = self._rows("close_breakers", fault_class=fault, since=since)
        return _devices(rows)

    def end_gateway_rests(
        self,
        *,
        gateway: str | None = None,
        fault: Fault | None = None,
        since: datetime | None = None,
    ) -> list[Held]:
        """Let a gateway be probed now, or those of a class since then."""
        rows = self._rows(
            "end_gateway_rests",
            gateway=gateway,
            fault_class=fault,
            since=since,
        )
        return [
            Held(
                None, {"gateway": row["gateway"], "fault": row["fault_class"]}
            )
            for row in rows
        ]

    def end_rests_of(self, gateway: str) -> list[Held]:
        """Let its devices be asked about now that rest for its fault."""
        return _devices(self._rows("end_rests_of_gateway", gateway=gateway))

    def was_enrolled(self, enrollment_id: UUID) -> bool:
        """Tell whether there ever was an enrolment of that id."""
        ids = [enrollment_id]
        return bool(self._rows("enrolled_ids", enrollment_ids=ids))

    def _failed(
        self,
        *,
        enrollment_id: UUID | None = None,
        sequence_stepid: UUID | None = None,
        fault_class: Fault | None = None,
        since: datetime | None = None,
    ) -> list[Failed]:
        rows = self._rows(
            "failed_attempts",
            enrollment_id=enrollment_id,
            sequence_stepid=sequence_stepid,
            fault_class=fault_class,
            since=since,
        )
        return [Failed(**row) for row in rows]


def _devices(rows: Sequence[Mapping[str, Any]]) -> list[Held]:
    """Name whose breakers these are."""
    return [
        Held(
            row["user_id"],
            {row["scope"]: row["key"], "fault": row["fault_class"]},
        )
        for row in rows
    ]
