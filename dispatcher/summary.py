"""What one run did, counted."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dispatcher.domain import Outcome
from dispatcher.errors import ExitCode
from dispatcher.policy import Settlement


@dataclass(slots=True)
class Summary:
    """Counts of one run; ``ended_because`` says why it claimed no more."""

    claimed: int = 0
    sent: int = 0
    unknown: int = 0
    failed: Counter[str] = field(default_factory=Counter)  # by fault
    released: Counter[str] = field(default_factory=Counter)  # by fault
    failed_for_good: int = 0
    # what gateways said of unknown messages, by what those are now
    looked_up: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)  # by reason
    held: dict[str, int] = field(default_factory=dict)  # by reason
    ended_because: str = "nothing is sendable now"
    gate_closed: bool = False
    is_interrupted: bool = False  # by a signal

    def count(self, outcome: Outcome, settlement: Settlement) -> None:
        """Add one settled attempt."""
        fault = str(outcome.fault or "not begun")
        if settlement.status == "sent":
            self.sent += 1
        elif settlement.status == "unknown":
            self.unknown += 1
        elif settlement.status == "failed":
            self.failed[fault] += 1
        else:
            self.released[fault] += 1
        self.failed_for_good += settlement.is_final

    @property
    def exit_code(self) -> ExitCode:
        """What the process tells its caller."""
        if self.gate_closed:
            return ExitCode.GATE_CLOSED
        if self.failed_for_good:
            return ExitCode.SOME_FAILED
        return ExitCode.OK

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as JSON can carry it."""
        return {
            "claimed": self.claimed,
            "sent": self.sent,
            "unknown": self.unknown,
            "failed": dict(self.failed),
            "failed_for_good": self.failed_for_good,
            "released": dict(self.released),
            "looked_up": dict(self.looked_up),
            "refused": dict(self.refused),
            "held": self.held,
            "ended_because": self.ended_because,
            "exit_code": int(self.exit_code),
        }
