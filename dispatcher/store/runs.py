"""What the database knows of dbt's invocations."""

import psycopg

from dispatcher.store.queries import query
from dispatcher.store.session import readable_errors


def unit_tests_passed(connection: psycopg.Connection, code_hash: str) -> bool:
    """Tell whether the unit tests passed once for this code.

    Before ``dispatcher init`` nothing is on record, so they did not.
    """
    found = connection.execute("select to_regclass('dispatch.pipeline_runs')")
    if found.fetchone() == (None,):
        return False
    cursor = connection.execute(
        query("unit_tests_passed"), {"code_hash": code_hash}
    )
    return cursor.fetchone() == (True,)


def turn_switch(
    connection: psycopg.Connection, kind: str, reason: str, requested_by: str
) -> None:
    """Record a pause or a resume: who and why.

    Raises DatabaseError when schema dispatch is missing.
    """
    values = {"kind": kind, "reason": reason, "requested_by": requested_by}
    with readable_errors():
        connection.execute(query("switch"), values)
        connection.commit()
