"""Databases that dbt has built once, and copies of them for each test.

The unit tests count as passed there for the project's code (test_dbt.py runs
them), so that the builds of a test leave them out and still open the gate.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from dispatcher.dbt_build import Project
from dispatcher.store.connect import connect
from tests.conftest import TEMPLATE
from tests.dispatcher.integration.harness import (
    DATABASE,
    SILENT,
    Server,
    World,
    copy_project,
    dbt_build,
    profile_of,
    recreate,
)
from tests.dispatcher.integration.tape import SHELF

BUILT, ENROLLED = "drip_built", "drip_enrolled"
UNANSWERED = "drip_unanswered"


@pytest.fixture(scope="session")
def dbt_project(
    server: Server, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Project:
    """Return a copy of the project that nobody edits."""
    if worker_id != "master":  # above it is what all workers of a run have
        SHELF.share(tmp_path_factory.getbasetemp().parent)
    return copy_project(tmp_path_factory.mktemp("project"), server)


@pytest.fixture(scope="session")
def built_database(server: Server, dbt_project: Project) -> str:
    """Return a template: everything built, no tenant's data."""
    with world_of(server, dbt_project, TEMPLATE) as world:
        world.hold_policies()
        world.trust_unit_tests()
    dbt_build(dbt_project, select=[])
    recreate(server, BUILT, DATABASE)
    return BUILT


@pytest.fixture(scope="session")
def enrolled(server: Server, dbt_project: Project, built_database: str) -> str:
    """Return a template: history 1, WARM with one contact, built at T0."""
    with world_of(server, dbt_project, built_database) as world:
        world.warm()
        world.build("0:00", select=[])  # the reports know the device, too
    recreate(server, ENROLLED, DATABASE)
    return ENROLLED


@pytest.fixture(scope="session")
def unanswered(server: Server, dbt_project: Project, enrolled: str) -> str:
    """Return a template: step 1 claimed at 0:05, no answer, built at 0:10."""
    with world_of(server, dbt_project, enrolled) as world:
        world.dispatch("0:05", SILENT, timeout_seconds=0.5)
        world.build("0:10")
    recreate(server, UNANSWERED, DATABASE)
    return UNANSWERED


@pytest.fixture
def world(
    server: Server, dbt_project: Project, built_database: str
) -> Iterator[World]:
    """Yield a world in which nothing happened yet."""
    with world_of(server, dbt_project, built_database) as found:
        yield found


@pytest.fixture
def warm(
    server: Server, dbt_project: Project, enrolled: str
) -> Iterator[World]:
    """Yield the world of history 1."""
    with world_of(server, dbt_project, enrolled) as found:
        yield found


@pytest.fixture
def unknown(
    server: Server, dbt_project: Project, unanswered: str
) -> Iterator[World]:
    """Yield the world of history 6, whose gateway got one message."""
    with world_of(server, dbt_project, unanswered) as found:
        yield found


@contextmanager
def world_of(
    server: Server, project: Project, template: str
) -> Iterator[World]:
    recreate(server, DATABASE, template)
    profile = profile_of(server)
    with closing(connect(profile)) as connection:
        connection.autocommit = True
        yield World(profile, project, connection)
