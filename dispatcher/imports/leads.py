"""A row of a leads file, made ready for the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from dispatcher.imports.phones import PhoneError, normalise
from dispatcher.imports.rows import Row, RowError

REQUIRED = ("phone",)
TEXTS = (
    "name",
    "trigger",
    "niche",
    "status",
    "target_status",
    "platform",
    "provider",
    "journey",
    "group",
    "community",
)
COLUMNS = ("phone", "device_id", *TEXTS)


class Lead(NamedTuple):
    """One lead of a file; None leaves alone what the table has."""

    line: int
    phone: str
    device_id: UUID
    texts: tuple[str | None, ...]  # in the order of TEXTS


@dataclass(frozen=True, slots=True)
class LeadRules:
    """What the rows of one file are held against."""

    region: str
    device: UUID | None  # for the rows that name none
    devices: frozenset[UUID]  # of the tenant
    limits: Mapping[str, int]  # the table's varchar lengths

    def check(self, row: Row) -> Lead:
        """Return the lead of a row; raises RowError."""
        return Lead(
            row.line,
            self._phone(row.values.get("phone")),
            self._device(row.values.get("device_id")),
            tuple([self._text(row, column) for column in TEXTS]),
        )

    def _phone(self, text: str | None) -> str:
        if text is None:
            reason = "blank"
            raise RowError(reason, "phone")
        try:
            return normalise(text, self.region)
        except PhoneError as error:
            raise RowError(str(error), "phone") from error

    def _device(self, text: str | None) -> UUID:
        if text is None:
            if self.device is None:
                reason = "blank, and no --device for such rows"
                raise RowError(reason, "device_id")
            return self.device
        device = parse_uuid("device_id", text)
        if device not in self.devices:
            reason = "unknown_device: this user has no device of that id"
            raise RowError(reason, "device_id")
        return device

    def _text(self, row: Row, column: str) -> str | None:
        text = row.values.get(column)
        if text is not None:
            check_length(column, text, self.limits)
        return text


def check_length(column: str, text: str, limits: Mapping[str, int]) -> None:
    """Refuse what the column would have to truncate; raises RowError."""
    limit = limits.get(column)
    if limit is not None and len(text) > limit:
        reason = f"{len(text)} characters, at most {limit} fit"
        raise RowError(reason, column)


def parse_uuid(column: str, text: str) -> UUID:
    """Return the UUID written in a cell; raises RowError."""
    try:
        return UUID(text)
    except ValueError as error:
        reason = f"not a UUID: {text[:40]!r}"
        raise RowError(reason, column) from error
