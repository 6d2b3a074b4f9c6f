"""Enrolments as the memory knows them, and what people ask for them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import class_row, dict_row

from dispatcher.store.queries import query
from dispatcher.store.session import readable_errors


class Enrollment(NamedTuple):
    """An enrolment that has neither left nor ended."""

    user_id: UUID
    enrollment_id: UUID
    sequence_id: UUID
    device_id: UUID | None  # builds of 0.1 did not write it down


class Enrollments:
    """The enrolments of one target schema."""

    def __init__(self, connection: psycopg.Connection, target: str) -> None:
        self._connection = connection
        self._schemas = {"memory": f"{target}_memory"}
        self._target = target

    @contextmanager
    def transaction(self, *, dry_run: bool) -> Iterator[None]:
        """Keep what is asked for inside, unless it is a dry run.

        Raises DatabaseError when schema dispatch or the memory is missing.
        """
        with (
            readable_errors(),
            self._connection.transaction(force_rollback=dry_run),
        ):
            yield

    def of_build(self, invocation_id: str) -> list[Enrollment]:
        """Return who a build enrolled and is in there still."""
        return self._find("enrollments_of_build", invocation_id=invocation_id)

    def of_device(self, user_id: UUID, device_id: UUID) -> list[Enrollment]:
        """Return who is sent to from a device."""
        return self._find(
            "enrollments_of_device", user_id=user_id, device_id=device_id
        )

    def by_id(self, ids: Iterable[UUID]) -> list[Enrollment]:
        """Return those of these that are open."""
        return self._find("enrollments_by_id", enrollment_ids=list(ids))

    def count_of_build(self, invocation_id: str) -> int:
        """Return how many a build enrolled, whatever became of them."""
        rows = self._rows("enrolled_by_build", invocation_id=invocation_id)
        return int(rows[0]["enrolled"])

    def known(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return those of these that were ever enrolled."""
        rows = self._rows("enrolled_ids", enrollment_ids=list(ids))
        return {row["enrollment_id"] for row in rows}

    def owner_of_device(self, device_id: UUID) -> UUID | None:
        """Return the tenant whose device it is now; None when it is gone."""
        good = self._rows("last_good_build", target=self._target)
        app = good[0]["app_schema"] if good else "public"
        rows = self._rows("device_owner", {"app": app}, device_id=device_id)
        return rows[0]["user_id"] if rows else None

    def request(self, name: str, **values: object) -> None:
        """Write down one request of a person by its named query."""
        self._connection.execute(query(name), values)

    def _find(self, name: str, **values: object) -> list[Enrollment]:
        with self._connection.cursor(
            row_factory=class_row(Enrollment)
        ) as cursor:
            statement = query(name, **self._schemas)
            return cursor.execute(statement, values).fetchall()

    def _rows(
        self,
        name: str,
        schemas: Mapping[str, str] | None = None,
        **values: object,
    ) -> list[dict[str, Any]]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            statement = query(name, **{**self._schemas, **(schemas or {})})
            return cursor.execute(statement, values).fetchall()
