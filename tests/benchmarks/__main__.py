"""``python -m tests.benchmarks``: what ``make bench`` runs."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import click
from rich.console import Console

from tests.benchmarks import (
    candidates,
    data,
    dispatch,
    fold,
    idle,
    queue,
    report,
)
from tests.benchmarks.data import Size
from tests.benchmarks.measure import Measure
from tests.benchmarks.place import PROJECT, Place, opened

Benchmark = Callable[[Place, Size, int], Iterator[Measure]]

# In this order: the fold uses up what the queue has and fills the ledger
BENCHMARKS: dict[str, Benchmark] = {
    module.NAME: module.measure
    for module in (candidates, queue, fold, dispatch, idle)
}
OWN_DATA = {dispatch.NAME, idle.NAME}  # in databases of their own

_WIDTH = 120  # also where the output is no terminal
_log = Console(stderr=True, highlight=False)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--leads", default=1_000_000, show_default=True)
@click.option("--devices", default=3_000, show_default=True)
@click.option("--sequences", default=30, show_default=True)
@click.option("--more-sequences", default=3_000, show_default=True)
@click.option("--runs", default=3, show_default=True)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=PROJECT / ".local" / "bench",
    show_default=True,
    help="Where the server keeps its data: 25 GB at full size.",
)
@click.option("--keep", is_flag=True, help="Keep the data; stop the server.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
def main(
    names: tuple[str, ...],
    leads: int,
    devices: int,
    sequences: int,
    more_sequences: int,
    runs: int,
    folder: Path,
    output_format: str,
    *,
    keep: bool,
) -> None:
    """Measure the benchmarks of these NAMES, or all of them.

    The server is an embedded Postgres of its own, as durable as any. The data
    are generated first, which takes minutes at full size.

    \b
    python -m tests.benchmarks                       # all, at full size
    python -m tests.benchmarks --leads 10000 --devices 100 --runs 1
    python -m tests.benchmarks queue --keep          # again without --keep
    """
    size = Size(
        leads, sequences, more_sequences, devices, devices // 10, leads // 100
    )
    if unfit := [
        f"{field.name} {getattr(size, field.name):,}"
        for field in fields(size)
        if getattr(size, field.name) % data.TENANTS
    ]:
        message = f"no multiple of {data.TENANTS}: {', '.join(unfit)}"
        raise click.UsageError(message)
    measures: list[Measure] = []
    with opened(folder.resolve(), "bench") as place:
        about = report.machine(place)
        chosen = names or tuple(BENCHMARKS)
        if not OWN_DATA.issuperset(chosen):
            measures += data.prepare(place, size)
        for name in chosen:
            place.execute("checkpoint")  # pays for what went before
            for measure in BENCHMARKS[name](place, size, runs):
                _log.print(
                    f"{measure.median:9.3f} {measure.unit}  {measure.what}"
                )
                measures.append(measure)
    if not keep:
        shutil.rmtree(folder)
    if output_format == "json":
        click.echo(report.as_json(about, size, measures))
    else:
        report.show(about, size, measures, Console(width=_WIDTH))


if __name__ == "__main__":
    main()
