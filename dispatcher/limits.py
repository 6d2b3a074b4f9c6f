"""When a run stops before everything is sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop; None is no limit.

    A run that ``waits`` does not stop when nothing is sendable.
    """

    max_messages: int | None = None
    seconds: float | None = None
    waits: bool = False

    def room(self, claimed: int) -> float:
        """Return how many more may be claimed."""
        if self.max_messages is None:
            return float("inf")
        return max(0, self.max_messages - claimed)
