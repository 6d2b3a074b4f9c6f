"""Build, run, build: the whole turn of the wheel in one process."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from dispatcher.config import Config
from dispatcher.dbt_build import BuildReport, Project, build, code_hash
from dispatcher.limits import Limits
from dispatcher.profile import Profile
from dispatcher.sending import send
from dispatcher.store.connect import connect
from dispatcher.store.runs import unit_tests_passed
from dispatcher.summary import Summary


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one turn needs."""

    profile: Profile
    config: Config
    limits: Limits
    project: Project

    def build(self) -> BuildReport:
        """Build the queue and the monitor.

        Unit tests run unless they passed before for the same code.
        """
        with connect(self.profile) as connection:
            is_proven = unit_tests_passed(
                connection, code_hash(self.project.project_dir)
            )
        return build(self.project, with_unit_tests=not is_proven)

    def send(self, on_settled: Callable[[Summary], None]) -> Summary:
        """Send what is due now."""
        return asyncio.run(
            send(self.profile, self.config, self.limits, on_settled)
        )
