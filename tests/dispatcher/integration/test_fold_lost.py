"""The tables by which a fold goes on, lost or made by themselves."""

import pytest

from dispatcher.dbt_build import BuildError
from tests.dispatcher.integration.harness import SILENT, World, dbt
from tests.dispatcher.integration.test_builds_unproven import (
    FAULTS,
    OPTIONS,
    STANDS_STILL,
    break_the_fold,
)

NEXT = [(1, "completed"), (2, "active"), (3, "pending")]


@pytest.fixture
def waiting(warm: World) -> World:
    """Return a world where somebody waits for the grace to end at 1:05."""
    warm.is_built_by_dbt = True
    warm.build("0:01")
    warm.dispatch("0:05", SILENT, timeout_seconds=0.5)
    warm.build("0:11")
    assert warm.value("select count(*) from drip.fold_schedule") == 1
    return warm


def test_a_full_refresh_that_stops_at_once_forgets_nobody(
    waiting: World,
) -> None:
    """The schedule is made anew before the seed with a bad cell is read."""
    seed = waiting.project.project_dir / "seeds/fault_policies.csv"
    good = seed.read_text()
    seed.write_text(good.replace("RECIPIENT_INVALID,", "RECIPIENT_BAD,", 1))
    try:
        waiting.now("0:20")
        options = ["--full-refresh", *OPTIONS]
        assert not dbt(waiting.project, "build", *options).success
    finally:
        seed.write_text(good)
    waiting.build("0:30")
    waiting.build("1:06")
    assert waiting.gate() == []
    assert waiting.contacts("status") == NEXT


def test_a_schedule_that_is_dropped_forgets_nobody(waiting: World) -> None:
    waiting.execute("drop table drip.fold_schedule")
    waiting.build("0:30")
    waiting.build("1:06")
    assert waiting.contacts("status") == NEXT


def test_a_fold_without_its_list_leaves_the_watermark(warm: World) -> None:
    """The list is a table, so that it is not among the incremental models."""
    warm.is_built_by_dbt = True
    warm.build("0:01")
    warm.build("0:02")
    warm.dispatch("0:05")
    warm.now("0:10")
    chosen = "config.materialized:incremental"
    assert dbt(warm.project, "run", "--select", chosen).success
    assert warm.gate() != []
    warm.build("0:20")
    assert warm.gate() == []
    assert warm.contacts("status") == NEXT


def test_what_is_unproven_is_not_forgotten_with_its_list(warm: World) -> None:
    warm.is_built_by_dbt = True
    warm.build("0:01")
    warm.dispatch("0:05")
    break_the_fold(warm, FAULTS[STANDS_STILL])
    with pytest.raises(BuildError, match=STANDS_STILL):
        warm.build("0:10")
    warm.execute("drop table drip.enrollments_to_fold cascade")
    with pytest.raises(BuildError, match=STANDS_STILL):
        warm.build("0:20")
    assert warm.gate() != []
