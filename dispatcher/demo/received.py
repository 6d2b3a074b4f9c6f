"""What a simulated gateway received: the ground truth of demo and tests."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sending:
    """A message as it came in."""

    device: str
    phone: str
    type: str
    text: str
    media_url: str | None


@dataclass(frozen=True, slots=True)
class Received(Sending):
    """A message and what became of it."""

    received_at: str
    message_id: str | None  # set when accepted
    accepted: bool
    status: int | None  # of the answer; None: there is none


class ReceivedLog:
    """Received messages in memory and, given a path, as lines of a file."""

    def __init__(self, path: Path | None) -> None:
        self.entries: list[Received] = []
        self._file = (
            os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            if path
            else None
        )

    def append(self, received: Received) -> None:
        """Keep one message; it is in the file when this returns."""
        self.entries.append(received)
        if self._file is not None:
            line = json.dumps(asdict(received)) + "\n"
            # one write to the end of the file: whole lines, also in a crash
            os.write(self._file, line.encode())

    def close(self) -> None:
        """Close the file; the entries stay."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def read_log(path: Path) -> list[Received]:
    """The messages in a log file, in the order they were received.

    A line that is being written has no end yet.
    """
    whole = path.read_text("utf-8").rpartition("\n")[0]
    return [Received(**json.loads(line)) for line in whole.splitlines()]
