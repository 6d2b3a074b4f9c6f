"""A database in which many tenants' histories happen at once."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from dispatcher.dbt_build import Project
from tests.dispatcher.integration.harness import dbt, dbt_build
from tests.fuzz.facts import Attempt, Definition, Facts, Key, Switch
from tests.fuzz.history import Moment
from tests.fuzz.memory import Row
from tests.fuzz.tables import (
    KEYS,
    POLICIES,
    Values,
    attempt_row,
    policy_cells,
    rows_of,
)

Shown = dict[UUID, dict[Key, dict[UUID, Row]]]
LEDGER = "dispatch.broadcast_messages"


class Database:
    """The tables as they are, and the names that the builds gave."""

    def __init__(
        self,
        project: Project,
        connection: psycopg.Connection,
        other: psycopg.Connection,
    ) -> None:
        self._project = project
        self._connection = connection
        self._other = other
        self._rows: dict[tuple[str, object], Values] = {}
        self._names: dict[tuple[UUID, Key], UUID] = {}
        self._hashes: dict[tuple[UUID, Key, Definition], UUID] = {}
        self._voided: set[tuple[UUID, Key]] = set()
        self._switches: set[Switch] = set()

    def build(self, moments: Mapping[UUID, Moment]) -> Shown:
        """Let the facts of each tenant be, and build; return the table."""
        now = next(iter(moments.values())).now
        self._connection.execute(
            sql.SQL(
                "create or replace function dispatch.now_utc()"
                " returns timestamptz language sql stable parallel safe"
                " return {}::timestamptz"
            ).format(sql.Literal(now.isoformat()))
        )
        facts = {tenant: moment.facts for tenant, moment in moments.items()}
        self._write(facts)
        self._write_policies(facts.values())
        self._write_late(moments)
        try:
            dbt_build(self._project)
        finally:
            self._other.commit()
        self._learn(moments)
        return self.shown()

    def rebuild(self) -> Shown:
        """Drop what may be dropped, build it anew, return the table."""
        self._connection.execute("drop schema drip cascade")
        dbt(self._project, "seed")
        dbt_build(self._project)
        return self.shown()

    def shown(self) -> Shown:
        """Return the rows of sequence_contacts, by tenant and enrolment."""
        found: Shown = {}
        columns = ", ".join(Row.__dataclass_fields__)
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                f"select user_id, sequence_id, contact_phone, e.entry_no,"  # noqa: S608
                f" sequence_stepid, {columns} from drip.sequence_contacts"
                " join (select user_id, enrollment_id, entry_no"
                " from drip_memory.sequence_enrollments) e"
                " using (user_id, enrollment_id)".encode()
            )
            for row in cursor:
                key = Key(
                    row.pop("sequence_id"),
                    row.pop("contact_phone"),
                    row.pop("entry_no"),
                )
                rows = found.setdefault(row.pop("user_id"), {})
                step_id = row.pop("sequence_stepid")
                rows.setdefault(key, {})[step_id] = Row(**row)
        return found

    def _write(self, facts: Mapping[UUID, Facts]) -> None:
        wanted: dict[tuple[str, object], Values] = {}
        for tenant, known in facts.items():
            wanted |= rows_of(tenant, known)
            wanted |= self._attempts(tenant, known, known.attempts)
        with self._connection.transaction():
            self._delete(self._rows.keys() - wanted.keys())
            self._upsert(
                self._connection,
                {k: v for k, v in wanted.items() if self._rows.get(k) != v},
            )
            self._ask(facts)
        self._rows = wanted

    def _attempts(
        self, tenant: UUID, facts: Facts, attempts: Iterable[Attempt]
    ) -> dict[tuple[str, object], Values]:
        device = facts.devices[0]
        names, hashes = self._names, self._hashes
        return {
            (LEDGER, attempt.id): attempt_row(
                tenant, attempt, device, names, hashes
            )
            for attempt in attempts
        }

    def _delete(self, gone: Iterable[tuple[str, object]]) -> None:
        order = list(KEYS)[::-1]
        for table, key in sorted(gone, key=lambda row: order.index(row[0])):
            self._connection.execute(
                f"delete from {table} where id = %s".encode(),  # noqa: S608
                [key],
            )

    @staticmethod
    def _upsert(
        connection: psycopg.Connection,
        rows: Mapping[tuple[str, object], Values],
    ) -> None:
        by_table: dict[str, list[Values]] = {}
        for (table, _), values in rows.items():
            by_table.setdefault(table, []).append(values)
        order = [*KEYS, "dispatch.suppressions"]
        for table in sorted(by_table, key=order.index):
            found = by_table[table]
            with connection.cursor() as cursor:
                cursor.executemany(_upsert(table, list(found[0])), found)

    def _ask(self, facts: Mapping[UUID, Facts]) -> None:
        """Write the operators' requests."""
        for tenant, known in facts.items():
            for key in known.voided:
                if (tenant, key) not in self._voided:
                    target = {"enrollment_id": str(self._names[tenant, key])}
                    self._request("void", None, tenant, json.dumps(target))
                    self._voided.add((tenant, key))
        for switch in next(iter(facts.values())).switches:
            if switch not in self._switches:
                self._request(switch.kind, switch.requested_at, None, None)
                self._switches.add(switch)

    def _request(self, kind: str, at: Any, *target: Any) -> None:
        self._connection.execute(
            "insert into dispatch.operator_requests"
            " (kind, reason, requested_by, requested_at, user_id, target)"
            " values (%s, 'fuzz', 'fuzz',"
            " coalesce(%s, dispatch.now_utc()), %s, %s)",
            [kind, at, *target],
        )

    def _write_policies(self, facts: Iterable[Facts]) -> None:
        path = Path(self._project.project_dir)
        path /= "seeds/sequence_policies.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["sequence_id", *POLICIES])
            for known in facts:
                for sequence in known.sequences:
                    cells = policy_cells(sequence.id, sequence.policies)
                    if any(cells[1:]):
                        writer.writerow(cells)

    def _write_late(self, moments: Mapping[UUID, Moment]) -> None:
        """Write what no build may see in a transaction left open."""
        late: dict[tuple[str, object], Values] = {}
        for tenant, moment in moments.items():
            late |= self._attempts(tenant, moment.facts, moment.late)
        self._upsert(self._other, late)
        self._rows |= late

    def _learn(self, moments: Mapping[UUID, Moment]) -> None:
        """Keep how the database calls what the oracle knows."""
        found = self._connection.execute(
            "select distinct on (user_id, enrollment_id) user_id,"
            " sequence_id, contact_phone, e.entry_no, enrollment_id,"
            " followed_hash from drip.sequence_contacts"
            " join (select user_id, enrollment_id, entry_no"
            " from drip_memory.sequence_enrollments) e"
            " using (user_id, enrollment_id)"
        )
        for tenant, *key, enrollment_id, followed in found:
            place = Key(*key)
            self._names[tenant, place] = enrollment_id
            moment = moments.get(tenant)
            definition = moment and moment.memory.followed.get(place)
            if definition:
                self._hashes[tenant, place, definition] = followed


def _upsert(table: str, columns: list[str]) -> bytes:
    names = ", ".join(columns)
    values = ", ".join(f"%({column})s" for column in columns)
    statement = f"insert into {table} ({names}) values ({values})"  # noqa: S608
    if table in KEYS:
        changes = [f"{column} = excluded.{column}" for column in columns]
        if table == LEDGER:
            changes.append("row_xid = pg_current_xact_id()")
        change = ", ".join(changes)
        statement += f" on conflict ({KEYS[table]}) do update set {change}"
    return statement.encode()
