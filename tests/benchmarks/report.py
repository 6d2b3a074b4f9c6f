"""The figures as a table or as JSON, with the machine they are of."""

import json
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from rich.console import Console
from rich.table import Table

from tests.benchmarks.data import Size
from tests.benchmarks.measure import Measure
from tests.benchmarks.place import SETTINGS, Place

_CPUINFO = Path("/proc/cpuinfo")
_CLIENTS = (
    "aiohttp",
    "psycopg",
    "uvloop",
    "asyncpg",
    "pgqueuer",
    "procrastinate",
)


def machine(place: Place) -> dict[str, str]:
    """Return what the figures depend on."""
    server = place.connection.info.server_version
    memory = psutil.virtual_memory().total / 2**30
    settings = ", ".join(f"{name} {value}" for name, value in SETTINGS.items())
    return {
        "machine": f"{os.cpu_count()} cores, {_processor()}, {memory:.0f} GiB",
        "system": platform.platform(),
        "Postgres": f"{server // 10_000}.{server % 10_000}, {settings}",
        "Python": platform.python_version(),
        "clients": ", ".join(_versions(_CLIENTS)),
        "dbt": ", ".join(_versions(("dbt-core", "dbt-postgres"))),
    }


def _versions(names: Iterable[str]) -> Iterator[str]:
    """Yield what is installed of these."""
    for name in names:
        with suppress(PackageNotFoundError):
            yield f"{name} {version(name)}"


def as_json(
    about: dict[str, str], size: Size, measures: Sequence[Measure]
) -> str:
    """Return everything as one object."""
    found = [measure.as_dict() for measure in measures]
    whole = {"about": about, "size": asdict(size), "measures": found}
    return json.dumps(whole, indent=2)


def show(
    about: dict[str, str],
    size: Size,
    measures: Sequence[Measure],
    console: Console,
) -> None:
    """Print the table; a bound that is missed is red."""
    for name, text in about.items():
        console.print(f"{name}: {text}", highlight=False)
    sizes = ", ".join(
        f"{name.replace('_', ' ')} {count:,}"
        for name, count in asdict(size).items()
    )
    console.print(f"data: {sizes}", highlight=False)
    console.print(_table(measures))


def _table(measures: Sequence[Measure]) -> Table:
    table = Table("no.", "what", "unit")
    for heading in ("rows", "runs", "median", "min", "max", "bound", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("load", justify="right")
    for number, one in enumerate(measures, 1):
        style = {True: "green", False: "red", None: ""}[one.is_within]
        table.add_row(
            str(number),
            f"{one.benchmark}: {one.what}",
            one.unit,
            "" if one.rows is None else f"{one.rows:,}",
            str(len(one.values)),
            _figure(one.median),
            _figure(min(one.values)),
            _figure(max(one.values)),
            _bound(one),
            _ratio(one, measures),
            f"{one.load:.1f}",
            style=style,
        )
    return table


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3f}"


def _bound(one: Measure) -> str:
    """Return what was promised, as it is or as times the peer's."""
    if one.peer_bound is not None:
        return f"{one.peer_bound:g} x"
    return "" if one.bound is None else f"{one.bound:g}"


def _ratio(one: Measure, measures: Sequence[Measure]) -> str:
    """Return how many times which row this one is."""
    if one.peer is None:
        return ""
    return f"{one.ratio:.2f} x no. {measures.index(one.peer) + 1}"


def _processor() -> str:
    """Return the processor's name where the system tells it."""
    if _CPUINFO.exists():
        for line in _CPUINFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
