"""Random histories of many tenants: the table is what the oracle says.

``make test`` tries one run of them, ``make fuzz FUZZ_RUNS=20`` more; FUZZ_SEED
repeats a run, FUZZ_TENANTS and FUZZ_BUILDS size it. FUZZ_SHRINK says how many
differences are shrunk and written as a history; each costs many builds.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from pprint import pformat
from random import Random

import pytest

from dispatcher.store.connect import connect
from tests.conftest import TEMPLATE
from tests.dispatcher.integration.harness import (
    DATABASE,
    Server,
    copy_project,
    profile_of,
    recreate,
)
from tests.fuzz.compare import run
from tests.fuzz.database import Database
from tests.fuzz.generate import clock, history
from tests.fuzz.history import Clock, History
from tests.fuzz.shrink import shrink

SEED = int(os.environ.get("FUZZ_SEED", "1"))
RUNS = int(os.environ.get("FUZZ_RUNS", "1"))
TENANTS = int(os.environ.get("FUZZ_TENANTS", "240"))
BUILDS = int(os.environ.get("FUZZ_BUILDS", "3"))
SHRUNK = int(os.environ.get("FUZZ_SHRINK", "0"))


class Worlds:
    """Databases in which nothing happened yet, one after another."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        self._project = copy_project(folder, server)

    @contextmanager
    def new(self) -> Iterator[Database]:
        recreate(self._server, DATABASE, TEMPLATE)
        profile = profile_of(self._server)
        with (
            closing(connect(profile)) as one,
            closing(connect(profile)) as two,
        ):
            one.autocommit = True
            yield Database(self._project, one, two)

    def differences(
        self, histories: Mapping[str, History], when: Clock
    ) -> dict[str, list[str]]:
        with self.new() as database:
            return run(database, histories, when)


@pytest.fixture(scope="module")
def worlds(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    return Worlds(server, tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("seed", range(SEED, SEED + RUNS))
def test_the_table_is_what_the_rules_say(worlds: Worlds, seed: int) -> None:
    when = clock(_random(seed, "clock"), BUILDS - 1)
    histories = {
        str(n): history(_random(seed, n), BUILDS - 1) for n in range(TENANTS)
    }
    found = worlds.differences(histories, when)
    names = sorted(found, key=lambda name: len(repr(histories[name])))
    reports = [
        _report(worlds, histories[name], when, found[name])
        for name in names[:SHRUNK]
    ]
    assert not found, _tell(seed, found, reports)


def _random(seed: int, name: object) -> Random:
    return Random(f"{seed} {name}")  # noqa: S311  # not for secrets


def _report(
    worlds: Worlds, whole: History, when: Clock, lines: list[str]
) -> str:
    """Return the smallest history found that shows a difference."""

    def fails(several: Mapping[str, History]) -> set[str]:
        return set(worlds.differences(several, when))

    least = shrink(whole, fails)
    now = worlds.differences({"0": least}, when).get("0", lines)
    times = [f"{moment:%a %Y-%m-%d %H:%M}" for moment in when.builds]
    return "\n".join([pformat(least), *times, *now])


def _tell(
    seed: int, found: Mapping[str, list[str]], reports: list[str]
) -> str:
    few = [f"{name}: {lines[:3]}" for name, lines in list(found.items())[:20]]
    head = f"seed {seed}: {len(found)} tenants differ"
    return "\n".join([head, *few, *reports])
