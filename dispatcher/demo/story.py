"""The main job from end to end, told as it happens."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import click

from dispatcher.cli.output import show_summary, show_table
from dispatcher.config import Config, GatewaySettings, Settings
from dispatcher.dbt_build import QUEUE, Project, build
from dispatcher.demo import scenario
from dispatcher.demo.compare import compare, read_log
from dispatcher.demo.place import Place
from dispatcher.imports.load import Source, load_leads
from dispatcher.limits import Limits
from dispatcher.sending import send
from dispatcher.store.connect import connect, open_pool
from dispatcher.store.imports import Tenant
from dispatcher.store.session import Row, Session

# Real devices rest between messages and stop at a cap; the demo may not wait.
VARS = {
    "legacy_schema": scenario.LEGACY_SCHEMA,
    "device_hourly_cap": 100_000,
    "device_daily_cap": 100_000,
}
REPORTS = [*QUEUE, "enrollment_diagnostics", "pipeline_findings"]
REQUEST_SECONDS = 3.0


def tell(place: Place, leads: Path | None) -> bool:
    """Run the whole story; True when nothing was sent twice or lost."""
    heading("The scene: one tenant of the old system")
    scenario.reset(place.profile)
    import_leads(place, leads)
    heading("1  dbt build: what is wrong with the data")
    _build(place, everything=True)
    show_table(_query(place, "demo_findings"), "pipeline_findings")
    heading("2  The cures that the findings give, run as they stand")
    _cure(place)
    heading("3  dbt build: who is enrolled now, and who is not and why")
    _build(place)
    show_table(_query(place, "demo_enrolled"), "enrollment_diagnostics")
    heading("4  dispatcher run, to a simulated WhatsApp gateway over HTTP")
    _dispatch(place)
    heading("5  dbt build: what became of it")
    _build(place)
    show_table(_query(place, "demo_summary"), "sequence_summary")
    show_table(_query(place, "demo_funnel"), "step_funnel")
    title = "sequence_progress_monitor: one row of each state"
    show_table(_query(place, "demo_monitor"), title)
    show_table(_query(place, "demo_failures"), "failed_messages_monitor")
    show_table(_query(place, "devices"), "Devices")
    heading("Was anything sent twice?")
    return _prove(place)


def heading(text: str) -> None:
    """Print a heading."""
    click.secho(f"\n== {text} ==", bold=True)


def import_leads(place: Place, leads: Path | None) -> None:
    """Import these leads, or those of the scene; say what came of it."""
    if leads is None:
        leads = place.leads
        scenario.write_leads(leads)
    with connect(place.profile) as connection:
        user = UUID(scenario.USER)
        report = load_leads(
            Tenant(connection, scenario.APP_SCHEMA, user),
            Source(leads, place.rejects, "MY"),
            UUID(scenario.DEVICE.format(1)),
        )
    merged = report.merged
    click.echo(
        f"dispatcher import leads {leads}: {merged.inserted} inserted, "
        f"{merged.updated} updated, {report.rejected} rejected"
    )
    if report.rejected:
        click.echo(f"rejected rows, with line and reason: {place.rejects}")


def _build(place: Place, *, everything: bool = False) -> None:
    """Build; the first time with the unit tests, which open the gate."""
    report = build(
        Project(place.project_dir, place.folder),
        with_unit_tests=everything,
        dbt_vars=VARS,
        select=[] if everything else REPORTS,
    )
    click.echo(f"{report.nodes} nodes in {report.seconds:.1f} s")


def _cure(place: Place) -> None:
    with connect(place.profile) as connection:
        for row in _query(place, "demo_cures"):
            click.echo(row["cure"])
            connection.execute(row["cure"].encode())


def _dispatch(place: Place) -> None:
    click.echo(
        "for the demo: no gaps between messages, caps raised to "
        f"{VARS['device_hourly_cap']:,}, time-out {REQUEST_SECONDS:g} s"
    )
    scenario.write_script(place.script)
    with _gateway(place) as base_url:
        native = GatewaySettings(definition="gowa", base_url=base_url)
        config = Config(
            gateways={"native": native},
            dispatcher=Settings(request_timeout_seconds=REQUEST_SECONDS),
        )
        started_at = time.monotonic()
        summary = asyncio.run(send(place.profile, config, Limits()))
    seconds = time.monotonic() - started_at
    show_summary(summary)
    click.echo(f"in {seconds:.1f} s")


@contextmanager
def _gateway(place: Place) -> Iterator[str]:
    """Run the simulated gateway as a process of its own; yield its URL."""
    command = [sys.executable, "-m", "dispatcher.demo.gateway"]
    command += ["--log", str(place.gateway_log), "--script", str(place.script)]
    with subprocess.Popen(  # noqa: S603  # our own program
        command, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101  # for the types
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def _prove(place: Place) -> bool:
    counts = compare(_query(place, "demo_ledger"), read_log(place.gateway_log))
    for name, count in counts.items():
        click.echo(f"{count:6}  {name}")
    is_proved = not any(list(counts.values())[-4:])
    verdict = "nothing was sent twice, nothing is lost"
    click.secho(verdict if is_proved else "IT DOES NOT AGREE", bold=True)
    return is_proved


def _query(place: Place, name: str) -> list[Row]:
    async def rows() -> list[Row]:
        async with await open_pool(place.profile, 1) as pool:
            session = Session(pool, place.profile.schema, scenario.APP_SCHEMA)
            return await session.rows(name)

    return asyncio.run(rows())
