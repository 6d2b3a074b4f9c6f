"""Which device may send when; no input or output."""

import heapq
from collections.abc import Iterator

from dispatcher.domain import DeviceKey


class Schedule:
    """Devices that wait for their time, the first one first.

    Times are seconds of one monotonic clock. A device stands here once; it
    leaves when it is taken and comes back when its next time is known.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, DeviceKey]] = []
        self._times: dict[DeviceKey, float] = {}

    def __len__(self) -> int:
        return len(self._times)

    def __contains__(self, key: DeviceKey) -> bool:
        return key in self._times

    def __iter__(self) -> Iterator[DeviceKey]:
        return iter(self._times)

    def put(self, key: DeviceKey, at: float) -> None:
        """Let a device wait until a time, whatever was said before."""
        self._times[key] = at
        heapq.heappush(self._heap, (at, key))

    def drop(self, key: DeviceKey) -> None:
        """Let a device wait no more."""
        self._times.pop(key, None)

    def clear(self) -> None:
        """Let none wait."""
        self._heap.clear()
        self._times.clear()

    def next_at(self) -> float | None:
        """Return when the first device may send; None when none waits."""
        while self._heap:
            at, key = self._heap[0]
            if self._times.get(key) == at:
                return at
            heapq.heappop(self._heap)  # dropped, or put anew
        return None

    def take(self, now: float, most: int) -> list[DeviceKey]:
        """Take the devices whose time has come, no more than ``most``."""
        taken: list[DeviceKey] = []
        while len(taken) < most:
            at = self.next_at()
            if at is None or at > now:
                break
            key = heapq.heappop(self._heap)[1]
            del self._times[key]
            taken.append(key)
        return taken
