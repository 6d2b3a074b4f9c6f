"""What people paused, and whose it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatcher.domain import Scope
from dispatcher.store.requests import Requests


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that nobody took back; ``scope_id`` is None for everything."""

    scope: Scope
    scope_id: UUID | None
    user_id: UUID | None
    requested_by: str
    requested_at: datetime
    reason: str

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Pause":
        """Read a row of the query standing_pauses."""
        ids = {
            Scope.DEVICE: row.pop("device_id"),
            Scope.SEQUENCE: row.pop("sequence_id"),
            Scope.TENANT: row["user_id"],
        }
        narrowest = (scope for scope, found in ids.items() if found)
        scope = next(narrowest, Scope.EVERYTHING)
        return cls(scope=scope, scope_id=ids.get(scope), **row)


class Switches(Requests):
    """The pauses that stand, in the order in which they began."""

    def standing(self) -> list[Pause]:
        """Return every pause that nobody took back."""
        return [Pause.of(row) for row in self._rows("standing_pauses")]

    def owner(self, scope: Scope, scope_id: UUID) -> UUID | None:
        """Return the tenant; None when the CRM has nothing of that id."""
        match scope:
            case Scope.DEVICE:
                rows = self._app_rows("device_owner", device_id=scope_id)
            case Scope.SEQUENCE:
                rows = self._app_rows("sequence_owner", sequence_id=scope_id)
            case _:
                rows = self._app_rows("tenant", user_id=scope_id)
        return rows[0]["user_id"] if rows else None
