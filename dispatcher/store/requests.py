"""What people ask for, each with who and why."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from dispatcher.profile import Profile
from dispatcher.store.connect import connect
from dispatcher.store.queries import query
from dispatcher.store.session import readable_errors

Target = Mapping[str, str | UUID]


@dataclass(frozen=True)
class Asked:
    """Who asks, and why: kept with the request."""

    reason: str
    requested_by: str


class Requests:
    """Looks things up in one target schema, and writes requests down."""

    def __init__(self, connection: psycopg.Connection, target: str) -> None:
        self._connection = connection
        self._schemas = {"target": target, "memory": f"{target}_memory"}

    @classmethod
    @contextmanager
    def opened(cls, profile: Profile, *, dry_run: bool) -> Iterator[Self]:
        """Open a transaction, which a dry run takes back.

        Raises DatabaseError when schema dispatch or what the builds write is
        missing.
        """
        with (
            closing(connect(profile)) as connection,
            readable_errors(),
            connection.transaction(force_rollback=dry_run),
        ):
            yield cls(connection, profile.schema)

    def request(
        self,
        kind: str,
        asked: Asked,
        user_id: UUID | None = None,
        target: Target | None = None,
    ) -> None:
        """Write down one request: ``target`` is of tenant ``user_id``."""
        values = {name: str(value) for name, value in (target or {}).items()}
        self._rows(
            "request",
            kind=kind,
            user_id=user_id,
            target=Jsonb(values) if target else None,
            reason=asked.reason,
            requested_by=asked.requested_by,
        )

    def _rows(self, name: str, **values: object) -> list[dict[str, Any]]:
        """Run the named query; return its rows, if it has any."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(query(name, **self._schemas), values)
            return cursor.fetchall() if cursor.description else []

    def _app_rows(self, name: str, **values: object) -> list[dict[str, Any]]:
        """Run a query that also reads the CRM's tables of the last build."""
        target = self._schemas["target"]
        good = self._rows("last_good_build", target=target)
        self._schemas["app"] = good[0]["app_schema"] if good else "public"
        return self._rows(name, **values)
