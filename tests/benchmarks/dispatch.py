"""The dispatcher beside the bare HTTP client and beside task queues."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from importlib.util import find_spec
from typing import LiteralString

import click
import psycopg

from dispatcher.profile import Profile
from dispatcher.store.connect import connect
from tests.benchmarks import dispatch_data
from tests.benchmarks.data import Size
from tests.benchmarks.dispatch_worker import Job, Report
from tests.benchmarks.measure import Measure
from tests.benchmarks.nginx import Nginx, serving
from tests.benchmarks.place import PROJECT, SCHEMA, Place

NAME = "dispatch"
_BURST, _FLEET = "dispatch_burst", "dispatch_fleet"
_BURST_LEADS, _BURST_DEVICES = 10_000, 500
_FLEET_EACH = 20  # messages of a device: more than it sends meanwhile
_GAP = (5, 15)  # seconds that a device rests: the CRM's own default
_PACED_SECONDS = 60.0
# procrastinate is slow: with fewer jobs its rate is the same
_SLOW_PART = 8
# What ours is to be at least, times theirs
_PEERS = {"pgqueuer": 1.5, "procrastinate": 15.0}

_LEDGER: LiteralString = """\
select
    extract(epoch from min(claimed_at))::double precision,
    count(*) filter (where status = 'sent')::integer,
    count(*) filter (where status <> 'released')::integer
from dispatch.broadcast_messages
where lease_owner <> 'bench'
"""
# Of each device's messages but the first, which nothing in this run precedes
_PACE: LiteralString = """\
with turns as (
    select
        device_id,
        claimed_at,
        lag(claimed_at) over device as last_claimed_at,
        lag(finished_at) over device as last_finished_at,
        lag(gap_seconds) over device as last_gap
    from dispatch.broadcast_messages
    where lease_owner <> 'bench'
    window device as (partition by device_id order by claimed_at)
),

timed as (
    select
        extract(epoch from claimed_at - last_finished_at)
        - last_gap as lateness,
        extract(epoch from claimed_at - last_claimed_at) as took,
        last_gap
    from turns
    where last_gap is not null
)

select
    count(*)::integer,
    percentile_cont(0.5) within group (order by lateness)::double precision,
    percentile_cont(0.99) within group (order by lateness)::double precision,
    max(lateness)::double precision,
    (sum(last_gap) / sum(took))::double precision
from timed
"""


def measure(place: Place, size: Size, runs: int) -> Iterator[Measure]:
    """Yield the figures; the data are in databases of their own."""
    if missing := [name for name in _PEERS if find_spec(name) is None]:
        message = (
            f"not installed: {', '.join(missing)}; pip install '.[bench]'"
        )
        raise click.UsageError(message)
    with serving(place.folder / "nginx") as nginx:
        yield from _burst(place, _burst_size(size), runs, nginx)
        yield from _paced(place, _fleet_size(size), nginx)


def _burst_size(size: Size) -> Size:
    devices = min(size.devices, _BURST_DEVICES)
    leads = min(size.leads, _BURST_LEADS)
    return replace(size, leads=leads, devices=devices, ready_devices=devices)


def _fleet_size(size: Size) -> Size:
    leads = min(size.leads, _FLEET_EACH * size.devices)
    return replace(size, leads=leads, ready_devices=size.devices)


def _burst(
    place: Place, size: Size, runs: int, nginx: Nginx
) -> Iterator[Measure]:
    """Measure rates, all senders in turn, so that they share the noise."""
    yield from dispatch_data.prepare(place, _BURST, size)
    rates: dict[str, list[float]] = defaultdict(list)
    spent: dict[str, list[float]] = defaultdict(list)
    senders: dict[str, Callable[[Place, Size, Nginx], Report]] = {
        "client": _client,
        "dispatcher": _dispatcher,
        "held": _held,
        **{peer: partial(_peer, peer) for peer in _PEERS},
    }
    for _ in range(runs):
        for sender, run in senders.items():
            report = run(place, size, nginx)
            seconds = report.recorded_at - report.started_at
            rates[sender].append(report.sent / seconds)
            spent[sender].append(report.processor_seconds / report.sent * 1e3)
    yield from _rates(rates, spent, f"{size.devices} at once")


def _rates(
    rates: Mapping[str, list[float]],
    spent: Mapping[str, list[float]],
    where: str,
) -> Iterator[Measure]:
    of = partial(Measure, NAME, unit="1/s", is_more_better=True)
    client = of(f"the HTTP client alone, {where}", rates["client"])
    what = f"claimed, sent and recorded, {where}"
    ours = of(what, rates["dispatcher"], peer=client, peer_bound=0.85)
    yield from (client, ours)
    what = "the same while another transaction holds a snapshot"
    yield of(what, rates["held"], peer=ours, peer_bound=0.8)
    for peer, least in _PEERS.items():
        what = f"{peer}, one job for each message, {where}"
        yield Measure(
            NAME, what, rates[peer], None, None, ours, 1 / least, "1/s"
        )
    for sender, times in spent.items():
        what = f"processor time of the process for a message: {sender}"
        yield Measure(NAME, what, times, unit="ms")


def _client(place: Place, size: Size, nginx: Nginx) -> Report:
    conninfo = _conninfo(place, _BURST)
    job = Job("client", conninfo, SCHEMA, nginx.base_url)
    return _ran(replace(job, messages=size.leads), nginx)


def _dispatcher(place: Place, size: Size, nginx: Nginx) -> Report:
    with dispatch_data.copied(place, _BURST) as profile:
        report = _sent(profile, nginx)
    if report.sent != size.leads:
        message = f"{report.sent} messages were sent of {size.leads} due"
        raise RuntimeError(message)
    return report


def _held(place: Place, size: Size, nginx: Nginx) -> Report:
    """Send while another connection holds a snapshot of before."""
    with (
        dispatch_data.copied(place, _BURST) as profile,
        connect(profile) as other,
    ):
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("select count(*) from dispatch.broadcast_messages")
        return _sent(profile, nginx)


def _peer(name: str, place: Place, size: Size, nginx: Nginx) -> Report:
    jobs = size.leads // (_SLOW_PART if name == "procrastinate" else 1)
    conninfo = _conninfo(place, _BURST)
    with dispatch_data.empty(place, f"{_BURST}_{name}"):
        job = Job(name, conninfo, SCHEMA, nginx.base_url, messages=jobs)
        return _ran(job, nginx)


def _paced(place: Place, size: Size, nginx: Nginx) -> Iterator[Measure]:
    """Measure one long run of a fleet at its pace."""
    yield from dispatch_data.prepare(place, _FLEET, size, _GAP)
    with dispatch_data.copied(place, _FLEET) as profile:
        report = _sent(profile, nginx, _PACED_SECONDS)
        with connect(profile) as connection:
            row = connection.execute(_PACE).fetchone()
    assert row is not None
    turns, median, most, worst, kept = row
    where = f"{size.devices:,} devices"
    due = f"{where}, {size.leads:,} due"
    yield Measure(
        NAME, f"peak memory, {due}", [report.peak_mb], None, 300, unit="MB"
    )
    for name, value, bound in (
        ("median", median, None),
        ("p99", most, 1.0),
        ("worst", worst, None),
    ):
        what = f"{name} lateness, {where} resting {_GAP[0]}-{_GAP[1]} s"
        yield Measure(NAME, what, [value], turns, bound)
    yield Measure(
        NAME,
        f"pace kept, {where}",
        [kept * 100],
        turns,
        99,
        unit="%",
        is_more_better=True,
    )


def _sent(
    profile: Profile, nginx: Nginx, seconds: float | None = None
) -> Report:
    """Let a dispatcher send; begin with its first claim.

    Raises RuntimeError when ledger and gateway disagree.
    """
    job = Job("dispatcher", dict(profile.conninfo), SCHEMA, nginx.base_url)
    report = _ran(replace(job, seconds=seconds), nginx)
    with connect(profile) as connection:
        row = connection.execute(_LEDGER).fetchone()
    assert row is not None
    first_claim, sent, attempts = row
    if {sent, attempts} != {report.sent}:
        message = (
            f"the gateway had {report.sent} messages; the ledger says "
            f"{sent} sent of {attempts}"
        )
        raise RuntimeError(message)
    return replace(report, started_at=first_claim)


def _ran(job: Job, nginx: Nginx) -> Report:
    """Do a job in a process of its own.

    Raises RuntimeError when the gateway had more or fewer messages than
    were recorded.
    """
    before = nginx.requests()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.benchmarks.dispatch_worker",
            json.dumps(asdict(job)),
        ],
        cwd=PROJECT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    report = Report(**json.loads(done.stdout))
    received = nginx.requests() - before - 1  # this question
    if received != report.sent:
        message = (
            f"{job.sender}: the gateway had {received} messages, "
            f"{report.sent} are recorded"
        )
        raise RuntimeError(message)
    return report


def _conninfo(place: Place, database: str) -> dict[str, str | int]:
    return {**place.profile.conninfo, "dbname": database}
