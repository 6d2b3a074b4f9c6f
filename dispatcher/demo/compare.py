"""The ledger against the gateway's own log: was anything sent twice?"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Entry = Mapping[str, Any]


def read_log(path: Path) -> list[Entry]:
    """Return what the gateway received, one entry a message."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def compare(
    ledger: Iterable[Entry], received: Iterable[Entry]
) -> dict[str, int]:
    """Count what agrees and what does not; the last four must be 0.

    A message is known by number, type and text. What the gateway accepted
    has to be sent or unknown in the ledger, and once.
    """
    attempts = list(ledger)
    accepted = [entry for entry in received if entry["accepted"]]
    arrived = Counter(_key(entry) for entry in accepted)
    sent = {_key(row) for row in attempts if row["status"] == "sent"}
    unknown = {_key(row) for row in attempts if row["status"] == "unknown"}
    ids = {entry["message_id"] for entry in accepted}
    return {
        "attempts in the ledger": len(attempts),
        "messages that arrived": len(accepted),
        "of them sent in the ledger": len(arrived.keys() & sent),
        "of them unknown in the ledger": len(arrived.keys() & unknown),
        "arrived twice": sum(count > 1 for count in arrived.values()),
        "arrived, but not sent or unknown": len(
            arrived.keys() - sent - unknown
        ),
        "sent in the ledger, never arrived": len(sent - arrived.keys()),
        "sent under an id the gateway never gave": sum(
            row["status"] == "sent" and row["message_id"] not in ids
            for row in attempts
        ),
    }


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry["phone"], entry["type"], entry["text"]
