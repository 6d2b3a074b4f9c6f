"""Rows of a devices file, and what they make of a tenant's devices."""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from dispatcher.imports.leads import check_length, parse_uuid
from dispatcher.imports.phones import PhoneError, normalise
from dispatcher.imports.rows import Row, RowError

REQUIRED = ("device_name",)
DELAYS = ("min_delay_seconds", "max_delay_seconds")
COLUMNS = ("id", "device_name", "phone", "jid", "status", "platform", *DELAYS)

_SECONDS = re.compile(r"[0-9]{1,5}")
_MOST_SECONDS = 86_400  # a day: more is a slip of the keyboard


class Device(NamedTuple):
    """One row of user_devices, as far as an import writes it."""

    id: UUID
    device_name: str
    phone: str | None = None
    jid: str | None = None
    status: str | None = "offline"
    platform: str | None = None
    min_delay_seconds: int | None = 5
    max_delay_seconds: int | None = 15

    def __repr__(self) -> str:
        """Leave jid out: for some gateways it is the credential."""
        return f"Device({self.id}, {self.device_name!r})"


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One row of a file; what it leaves blank is not in ``values``."""

    row: Row
    id: UUID | None
    values: Mapping[str, Any]  # text, or seconds


@dataclass(frozen=True, slots=True)
class DeviceRules:
    """What the rows of one file are held against."""

    region: str
    limits: Mapping[str, int]  # the table's varchar lengths

    def check(self, row: Row) -> DeviceRow:
        """Return what a row says of a device; raises RowError."""
        values: dict[str, Any] = {}
        for column, text in row.values.items():
            if column in DELAYS:
                values[column] = _seconds(column, text)
            elif column == "phone":
                values[column] = self._phone(text)
            elif column != "id":
                check_length(column, text, self.limits)
                values[column] = text
        if "device_name" not in values:
            reason = "blank"
            raise RowError(reason, "device_name")
        text = row.values.get("id", "")
        return DeviceRow(row, parse_uuid("id", text) if text else None, values)

    def _phone(self, text: str) -> str:
        try:
            return normalise(text, self.region)
        except PhoneError as error:
            raise RowError(str(error), "phone") from error


class Fleet:
    """A tenant's devices, while the rows of a file are applied in order."""

    def __init__(
        self, stored: Iterable[Device], foreign: Collection[UUID]
    ) -> None:
        self._stored = {device.id: device for device in stored}
        self._devices = dict(self._stored)
        self._foreign = foreign
        self._touched: set[UUID] = set()

    @property
    def inserted(self) -> list[Device]:
        """The devices that are new."""
        return [
            device
            for device in self._devices.values()
            if device.id not in self._stored
        ]

    @property
    def updated(self) -> list[Device]:
        """The devices that are no longer as they were stored."""
        return [
            self._devices[key]
            for key, device in self._stored.items()
            if self._devices[key] != device
        ]

    @property
    def touched(self) -> int:
        """How many devices the rows were about."""
        return len(self._touched)

    def apply(self, row: DeviceRow) -> None:
        """Let one row change or add its device; raises RowError."""
        key = row.id or self._find(row.values["device_name"])
        if key in self._foreign:
            reason = "unknown_device: it is another user's"
            raise RowError(reason, "id")
        before = self._devices.get(key) or Device(key, "")
        device = before._replace(**row.values)
        _check_delays(device)
        self._check_jid(device)
        self._devices[key] = device
        self._touched.add(key)

    def _find(self, name: str) -> UUID:
        """Return the id of the one device of that name, or a new one."""
        found = [
            device.id
            for device in self._devices.values()
            if device.device_name == name
        ]
        if len(found) > 1:
            reason = (
                f"ambiguous_device: {len(found)} devices have this name;"
                " fill in the column id"
            )
            raise RowError(reason, "device_name")
        return found[0] if found else uuid.uuid4()

    def _check_jid(self, device: Device) -> None:
        """Refuse an address that is taken, without repeating it."""
        for other in self._devices.values():
            if (
                other.id != device.id
                and device.jid
                and other.jid == device.jid
            ):
                reason = f"device {other.id} has this jid already"
                raise RowError(reason, "jid")


def _check_delays(device: Device) -> None:
    least, most = device.min_delay_seconds, device.max_delay_seconds
    if least is not None and most is not None and least > most:
        reason = f"{least} is more than max_delay_seconds, which is {most}"
        raise RowError(reason, "min_delay_seconds")


def _seconds(column: str, text: str) -> int:
    """Return whole seconds, at most a day; raises RowError."""
    if _SECONDS.fullmatch(text) and int(text) <= _MOST_SECONDS:
        return int(text)
    reason = f"{text[:20]!r}, expected whole seconds from 0 to {_MOST_SECONDS}"
    raise RowError(reason, column)
