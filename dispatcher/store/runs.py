"""What the database knows of dbt's invocations."""

import psycopg

from dispatcher.store.queries import query


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
