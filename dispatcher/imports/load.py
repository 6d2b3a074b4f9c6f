"""From a file to the app tables: read, check, write, report."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID

from dispatcher.errors import InputError
from dispatcher.imports import devices, leads
from dispatcher.imports.rejects import Rejects
from dispatcher.imports.rows import Reject, Row, RowError, Table
from dispatcher.imports.sequence_plan import Plan, make_plan
from dispatcher.imports.sequence_rules import SequenceFile
from dispatcher.store.imports import Merged, Tenant

_EVERY = 1000  # rows between two reports of progress

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class _Rules(Protocol[T_co]):
    def check(self, row: Row) -> T_co: ...


@dataclass(frozen=True, slots=True)
class Source:
    """One file to import, and whom to tell how far it is."""

    path: Path
    rejects: Path
    region: str
    dry_run: bool = False
    # called with the bytes read so far and the size of the file
    progress: Callable[[int, int], None] = field(default=lambda *_: None)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every row of a file."""

    merged: Merged
    rejected: int
    rejects: Path | None
    ignored: list[str]  # columns that nothing reads


def load_leads(tenant: Tenant, source: Source, device: UUID | None) -> Report:
    """Import leads; ``device`` is for the rows that name none.

    An empty cell leaves alone what the table has. Of several rows with one
    phone the last counts.

    Raises InputError when the file, tenant or device cannot be used.
    """
    with (
        Table(source.path, leads.COLUMNS, leads.REQUIRED) as table,
        Rejects(source.rejects, source.path) as rejects,
        tenant.transaction(dry_run=source.dry_run),
    ):
        known = frozenset(found.id for found in tenant.devices())
        _check_device(device, known)
        rules = leads.LeadRules(
            source.region, device, known, tenant.limits("leads")
        )
        merged = tenant.merge_leads(_checked(table, rules, rejects, source))
    return _report(merged, table, rejects)


def load_devices(tenant: Tenant, source: Source) -> Report:
    """Import devices: by id, else by a name that one device has.

    An empty cell leaves alone what the table has.

    Raises InputError when the file or tenant cannot be used.
    """
    with (
        Table(source.path, devices.COLUMNS, devices.REQUIRED) as table,
        Rejects(source.rejects, source.path) as rejects,
        tenant.transaction(dry_run=source.dry_run),
    ):
        limits = tenant.limits("user_devices")
        rules = devices.DeviceRules(source.region, limits)
        rows = list(_checked(table, rules, rejects, source))
        tenant.lock()
        ids = [row.id for row in rows if row.id]
        fleet = devices.Fleet(tenant.devices(), tenant.foreign_devices(ids))
        applied = sum(_applied(fleet, row, rejects) for row in rows)
        inserted, updated = fleet.inserted, fleet.updated
        tenant.write_devices(inserted, updated)
    unchanged = fleet.touched - len(inserted) - len(updated)
    merged = Merged(
        len(inserted), len(updated), unchanged, applied - fleet.touched
    )
    return _report(merged, table, rejects)


def load_sequences(
    tenant: Tenant, path: Path, approve: Callable[[Plan], bool]
) -> Plan:
    """Import sequences and steps, all or nothing, when the plan is approved.

    Raises ConfigError for a file that cannot be used, and InputError when
    the tables have changed since the approval.
    """
    file = SequenceFile(path)
    with tenant.transaction():
        plan = make_plan(file, tenant.sequences())
    if approve(plan):
        with tenant.transaction():
            tenant.lock()
            if make_plan(file, tenant.sequences()) != plan:
                message = "the sequences have changed in the meantime"
                raise InputError(message, cure="import again")
            tenant.write_sequences(plan)
    return plan


def _checked(
    table: Table, rules: _Rules[T], rejects: Rejects, source: Source
) -> Iterator[T]:
    """Yield what the good rows say; the others go to the rejects."""
    for number, row in enumerate(table, start=1):
        if number % _EVERY == 0:
            source.progress(table.position, table.size)
        if isinstance(row, Reject):
            rejects.add(row)
            continue
        try:
            checked = rules.check(row)
        except RowError as error:
            rejects.add(row.refused(error))
        else:
            yield checked
    source.progress(table.size, table.size)


def _applied(
    fleet: devices.Fleet, checked: devices.DeviceRow, rejects: Rejects
) -> bool:
    try:
        fleet.apply(checked)
    except RowError as error:
        rejects.add(checked.row.refused(error))
        return False
    return True


def _check_device(device: UUID | None, known: frozenset[UUID]) -> None:
    if device is not None and device not in known:
        message = f"--device {device}: this user has no such device"
        cure = "--device takes the id of one of the user's devices"
        raise InputError(message, cure=cure)


def _report(merged: Merged, table: Table, rejects: Rejects) -> Report:
    file = rejects.path if rejects.count else None
    return Report(merged, rejects.count, file, table.ignored)
