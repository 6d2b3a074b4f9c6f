"""What imports read from and write to the app tables of one tenant."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row

from dispatcher.errors import DatabaseError, InputError
from dispatcher.imports.devices import Device
from dispatcher.imports.leads import Lead
from dispatcher.imports.sequence_plan import (
    Change,
    Plan,
    StoredSequence,
    StoredStep,
)
from dispatcher.store.queries import query


class Merged(NamedTuple):
    """What became of the rows of one file."""

    inserted: int
    updated: int
    unchanged: int
    duplicates: int  # rows that a later row of the same file replaced


class Tenant:
    """The app tables as one tenant may change them."""

    def __init__(
        self, connection: psycopg.Connection, app_schema: str, user: UUID
    ) -> None:
        self._connection = connection
        self._app = app_schema
        self._user = user

    @contextmanager
    def transaction(self, *, dry_run: bool = False) -> Iterator[None]:
        """Keep what is written inside when all of it succeeds.

        Raises InputError when the tenant is not there and DatabaseError
        when the database refuses.
        """
        try:
            with self._connection.transaction(force_rollback=dry_run):
                self._execute("import_read_committed")
                self._check_tenant()
                yield
        except psycopg.errors.UndefinedTable as error:
            cure = (
                "name the schema of the CRM's tables by --app-schema, or"
                " create them: `dispatcher init --app-schema`"
            )
            raise _failure(error, cure) from error
        except psycopg.Error as error:
            raise _failure(error) from error

    def lock(self) -> None:
        """Wait for other imports of this tenant, until the transaction ends.

        The real tables have no unique key that would keep two imports from
        inserting the same phone.
        """
        key = f"dispatcher import {self._user}"
        self._execute("import_lock", key=key)

    def limits(self, table: str) -> dict[str, int]:
        """Return how many characters fit into a table's columns."""
        name = sql.Identifier(self._app, table).as_string()
        return dict(self._execute("import_limits", table=name).fetchall())

    def devices(self) -> list[Device]:
        """Return the tenant's devices."""
        with self._connection.cursor(row_factory=class_row(Device)) as cursor:
            statement = query("import_devices", app=self._app)
            return cursor.execute(statement, {"user": self._user}).fetchall()

    def foreign_devices(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return which of these ids are devices of another tenant."""
        rows = self._execute("import_foreign_devices", ids=list(ids))
        return {row[0] for row in rows}

    def merge_leads(self, leads: Iterable[Lead]) -> Merged:
        """Update the oldest lead of each phone, or insert one."""
        self._execute("import_stage_table")
        self._execute("import_lead_table")
        staged = self._copy(leads)
        self._execute("import_analyze_rows")
        self.lock()
        phones = self._execute("import_match").rowcount
        self._execute("import_analyze_leads")
        updated = self._execute("import_update_leads").rowcount
        inserted = self._execute("import_insert_leads").rowcount
        unchanged = phones - updated - inserted
        return Merged(inserted, updated, unchanged, staged - phones)

    def write_devices(
        self, inserted: Iterable[Device], updated: Iterable[Device]
    ) -> None:
        """Write devices as they are to be, all their columns."""
        for name, devices in (
            ("import_insert_device", inserted),
            ("import_update_device", updated),
        ):
            for device in devices:
                self._execute(name, **device._asdict())

    def sequences(self) -> list[StoredSequence]:
        """Return the tenant's sequences with their steps."""
        steps: dict[UUID, list[StoredStep]] = defaultdict(list)
        for row in self._rows("import_steps"):
            step = StoredStep(row.pop("id"), row["day_number"], row)
            steps[row.pop("sequence_id")].append(step)
        return [
            StoredSequence(
                key := row.pop("id"), row["name"], row, tuple(steps[key])
            )
            for row in self._rows("import_sequences")
        ]

    def write_sequences(self, plan: Plan) -> None:
        """Make the tables say what the plan says."""
        for change in plan.changes:
            row = change.row
            name = "import_insert_sequence"
            if row.id:
                name = "import_update_sequence"
            values = row.after or {}
            written = self._execute(name, id=row.id, **values).fetchone()
            if written is None:
                message = f"{row.title} was deleted meanwhile"
                raise DatabaseError(message, cure="import again")
            for step in change.steps:
                self._write_step(written[0], step)

    def _write_step(self, sequence_id: UUID, step: Change) -> None:
        name = "import_update_step"
        if step.before is None:
            name = "import_insert_step"
        elif step.after is None:
            name = "import_delete_step"
        values = step.after or {}
        self._execute(name, id=step.id, sequence_id=sequence_id, **values)

    def _rows(self, name: str) -> list[dict[str, Any]]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            statement = query(name, app=self._app)
            return cursor.execute(statement, {"user": self._user}).fetchall()

    def _copy(self, leads: Iterable[Lead]) -> int:
        staged = 0
        with (
            self._connection.cursor() as cursor,
            cursor.copy(query("import_copy")) as copy,
        ):
            for lead in leads:
                copy.write_row(
                    (lead.line, lead.phone, lead.device_id, *lead.texts)
                )
                staged += 1
        return staged

    def _check_tenant(self) -> None:
        if self._execute("import_find_tenant").fetchone() is None:
            message = f"no user {self._user} in {self._app}.users"
            cure = "--user takes the id of a row there"
            raise InputError(message, cure=cure)

    def _execute(
        self,
        name: str,
        /,
        **values: Any,  # noqa: ANN401 - whatever the query takes
    ) -> psycopg.Cursor:
        statement = query(name, app=self._app)
        return self._connection.execute(
            statement, {"user": self._user, **values}
        )


def _failure(error: psycopg.Error, cure: str | None = None) -> DatabaseError:
    """Leave the detail out: it quotes the row, phone and all."""
    reason = error.diag.message_primary or str(error)
    return DatabaseError(f"nothing was imported: {reason}", cure=cure)
