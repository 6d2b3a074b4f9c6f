"""Postgres can plan every named query on a built database."""

import re

import pytest
from psycopg import sql

from dispatcher.store.queries import load, query
from tests.dispatcher.integration.harness import TARGET, World

SCHEMAS = {
    "target": TARGET,
    "app": "public",
    "memory": f"{TARGET}_memory",
}
# Set-up of an import: Postgres prepares neither these nor what reads them
# before they ran
UTILITIES = [
    "import_read_committed",
    "import_stage_table",
    "import_lead_table",
    "import_analyze_rows",
    "import_analyze_leads",
]
COPY = "import_copy"
# Planned as what they are part of: one of them names a table of the whole
PARTS = set(re.findall(r"\{(\w+)\}", " ".join(load().values())))
PARAMETER = re.compile(r"%\((\w+)\)[sb]")


def test_every_set_up_is_a_query() -> None:
    assert {*UTILITIES, COPY} <= set(load())


def test_postgres_can_plan_each(
    warm: World, subtests: pytest.Subtests
) -> None:
    """In one world, for copying one takes longer than to ask."""
    for name in sorted(set(load()) - {*UTILITIES, COPY} - PARTS):
        with subtests.test(name):
            assert plan(warm, name)


def plan(world: World, name: str) -> list[tuple[object, ...]]:
    """Let Postgres plan a query for values that it does not know."""
    text = query(name, **SCHEMAS).as_string(world.connection)
    parameters = list(dict.fromkeys(PARAMETER.findall(text)))
    numbered = PARAMETER.sub(
        lambda found: f"${parameters.index(found[1]) + 1}", text
    )
    nulls = sql.SQL(", ").join([sql.NULL] * len(parameters))
    values = sql.SQL("({})").format(nulls) if parameters else sql.SQL("")
    with world.connection.transaction(force_rollback=True):
        for utility in UTILITIES:
            world.connection.execute(query(utility, **SCHEMAS))
        world.execute(f"prepare it as {numbered.replace('%', '%%')}")
        explained = world.connection.execute(
            sql.SQL("explain execute it {}").format(values)
        )
        world.execute("deallocate it")
        return explained.fetchall()
