"""``dbt build`` of the queue, in this process; one at a time."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatcher.errors import DispatcherError, ExitCode

# The queue with all it depends on, and the monitor
# And what the tests of the ledger read, or they would not run
QUEUE = [
    *("+due_steps", "+held_devices", "+sequence_progress_monitor"),
    "int_attempts_folded",
]
_CODE = ["dbt_project.yml", "models", "macros", "seeds", "tests/dbt"]


class BuildError(DispatcherError):
    """``dbt build`` failed, so that the gate is closed."""

    exit_code = ExitCode.GATE_CLOSED


@dataclass(frozen=True, slots=True)
class Project:
    """Where dbt finds the project and its connection."""

    project_dir: Path
    profiles_dir: Path | None = None
    target: str | None = None

    def arguments(self) -> list[str]:
        """Return what dbt's command line wants of it."""
        found = ["--project-dir", str(self.project_dir)]
        if self.profiles_dir:
            found += ["--profiles-dir", str(self.profiles_dir)]
        if self.target:
            found += ["--target", self.target]
        return found


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    nodes: int
    seconds: float


def code_hash(project_dir: Path) -> str:
    """Return the hash of all that decides what dbt builds.

    The gate lets a build pass without unit tests when they passed before
    for the same hash.
    """
    digest = hashlib.sha256()
    for name in _CODE:
        start = project_dir / name
        files = [start] if start.is_file() else sorted(start.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix in {".sql", ".yml", ".csv"}:
                relative = file.relative_to(project_dir)
                digest.update(f"{relative}\0".encode())
                digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def build(
    project: Project,
    *,
    with_unit_tests: bool,
    dbt_vars: dict[str, Any] | None = None,
    select: list[str] | None = None,
) -> BuildReport:
    """Build the queue, or what ``select`` names ([] is everything).

    Raises BuildError with the first failures when dbt does not succeed.
    """
    # dbt takes a second to import
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    hashed = {"code_hash": code_hash(project.project_dir)}
    arguments = ["--quiet", "build", *project.arguments()]
    arguments += ["--vars", json.dumps(hashed | (dbt_vars or {}))]
    if not with_unit_tests:
        arguments += ["--exclude-resource-type", "unit_test"]
    # a test that also reads what is not built here would judge old rows
    arguments += ["--indirect-selection", "buildable"]
    chosen = QUEUE if select is None else select
    arguments += ["--select", *chosen] if chosen else []
    outcome: Any = dbtRunner().invoke(arguments)
    if not outcome.success:
        raise BuildError(_explain(outcome), cure="mend it, then dbt build")
    return BuildReport(
        len(outcome.result.results), outcome.result.elapsed_time
    )


def _explain(outcome: Any) -> str:  # noqa: ANN401  # dbt has no types
    """Return what went wrong, in at most three lines."""
    if outcome.exception:
        return f"dbt build failed: {outcome.exception}"
    bad = [
        f"{result.node.name}: {result.message or result.status}"
        for result in getattr(outcome.result, "results", [])
        if result.status in {"error", "fail", "runtime error"}
    ]
    return "dbt build failed: " + ("\n".join(bad[:3]) or "see logs/dbt.log")
