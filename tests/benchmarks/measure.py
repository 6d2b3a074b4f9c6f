"""A figure with everything that has to be said beside it."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Measure:
    """What some runs gave; the bound and the peer are of their median."""

    benchmark: str
    what: str
    values: list[float]
    rows: int | None = None
    bound: float | None = None  # in the unit
    peer: "Measure | None" = None
    peer_bound: float | None = None  # times the peer's
    unit: str = "s"
    is_more_better: bool = False  # a bound is the least, not the most
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def ratio(self) -> float | None:
        """How many times the peer's median this one is."""
        return self.median / self.peer.median if self.peer else None

    @property
    def is_within(self) -> bool | None:
        """Whether every bound holds; None when there is none."""
        kept = []
        if self.bound is not None:
            kept.append(self._keeps(self.median, self.bound))
        if self.peer_bound is not None and self.ratio is not None:
            kept.append(self._keeps(self.ratio, self.peer_bound))
        return all(kept) if kept else None

    def _keeps(self, found: float, bound: float) -> bool:
        return found >= bound if self.is_more_better else found <= bound

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON; the peer by its name."""
        return {
            "benchmark": self.benchmark,
            "what": self.what,
            "rows": self.rows,
            "unit": self.unit,
            "values": [round(value, 4) for value in self.values],
            "median": round(self.median, 4),
            "bound": self.bound,
            "peer": self.peer and self.peer.what,
            "ratio": self.ratio and round(self.ratio, 3),
            "ratio_bound": self.peer_bound,
            "is_within": self.is_within,
            "load": round(self.load, 2),
        }


def timed(work: Callable[[], object], runs: int) -> list[float]:
    """Return the seconds of each run."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return found
