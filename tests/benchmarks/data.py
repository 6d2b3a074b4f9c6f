"""The data set, generated in the database from numbers alone.

Tokens are of one length, so that none is part of another: there the seed's
`position()` query is right, too.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import LiteralString

import click
from psycopg.types.json import Jsonb

from dispatcher.dbt_build import QUEUE
from dispatcher.store.migrate import create_app_schema, migrate
from tests.benchmarks import dbt_time
from tests.benchmarks.measure import Measure
from tests.benchmarks.place import Place

TENANTS = 10  # each has a tenth of everything
_MEMORY = ["+sequence_enrollments", "+sequence_definitions"]


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything; each a multiple of TENANTS."""

    leads: int
    sequences: int  # TENANTS of them stay closed until a benchmark opens them
    more_sequences: int  # with them there are this many
    devices: int
    ready_devices: int  # whose next messages are due
    changed: int  # leads and results at a time


_TENANTS: LiteralString = """\
insert into users (id, email, full_name, password_hash)
select lpad(to_hex(n), 32, '0')::uuid, n || '@example.org', 'Tenant', '-'
from generate_series(0, %(tenants)s - 1) as n
"""
_DEVICES: LiteralString = """\
insert into user_devices (
    id, user_id, device_name, jid, min_delay_seconds, max_delay_seconds
)
select
    lpad(to_hex(1000 + n), 32, '0')::uuid,
    lpad(to_hex(n %% %(tenants)s), 32, '0')::uuid,
    'Device ' || n, 'device-' || n, 0, 0
from generate_series(0, %(devices)s - 1) as n
"""
_SEQUENCES: LiteralString = """\
insert into sequences (
    id, user_id, name, trigger, status, is_active, min_delay_seconds,
    max_delay_seconds
)
select
    lpad(to_hex(100000 + n), 32, '0')::uuid,
    lpad(to_hex(n %% %(tenants)s), 32, '0')::uuid,
    'Sequence ' || n, 'start_' || lpad(n::text, 5, '0'), 'active', true, 0, 0
from generate_series(%(first)s, %(last)s - 1) as n
"""
_STEPS: LiteralString = """\
insert into sequence_steps (
    id, sequence_id, day_number, trigger_delay_hours, is_entry_point, content,
    min_delay_seconds, max_delay_seconds
)
select
    lpad(to_hex(10000000 + n * 100 + day), 32, '0')::uuid,
    lpad(to_hex(100000 + n), 32, '0')::uuid,
    day, 24, day = 1, 'Hi {name:friend}, this is day ' || day, 0, 0
from
    generate_series(%(first)s, %(last)s - 1) as n,
    generate_series(1, 5) as day
"""
_OPEN: LiteralString = """\
update sequences set is_active = %(is_open)s
where trigger between
    'start_' || lpad((%(first)s)::text, 5, '0')
    and 'start_' || lpad((%(last)s - 1)::text, 5, '0')
"""
_REMOVE: LiteralString = """\
delete from sequences
where trigger between
    'start_' || lpad((%(first)s)::text, 5, '0')
    and 'start_' || lpad((%(last)s - 1)::text, 5, '0')
"""
# Each names a sequence of its tenant. One in ten also names one that is not
# open yet, and one that is not there yet.
_LEADS: LiteralString = """\
insert into leads (user_id, device_id, name, phone, trigger, niche, created_at)
select
    lpad(to_hex(n %% %(tenants)s), 32, '0')::uuid,
    lpad(to_hex(1000 + n %% %(devices)s), 32, '0')::uuid,
    'Lead ' || n,
    (60100000000 + n)::text,
    concat_ws(
        ',',
        'start_' || lpad((
            n %% 10 + 10 * (n / 10 %% (%(sequences)s / 10 - 1))
        )::text, 5, '0'),
        'tag_' || lpad((n %% 97)::text, 5, '0'),
        case when n / 10 %% 10 = 0 then
            'start_' || lpad((%(sequences)s - 10 + n %% 10)::text, 5, '0')
        end,
        case when n / 10 %% 10 = 0 then
            'start_' || lpad((
                %(sequences)s + n %% 10
                + 10 * (n / 100 %% ((%(more_sequences)s - %(sequences)s) / 10))
            )::text, 5, '0')
        end
    ),
    'niche ' || n %% 7,
    timestamp '2026-01-01' + n * interval '1 second'
from generate_series(0, %(leads)s - 1) as n
"""
# The first step of every enrolment was sent: a day ago and longer on the
# devices that are ready, so that the second is due, and since then on others.
_LEDGER: LiteralString = """\
insert into dispatch.broadcast_messages (
    user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
    day_number, definition_hash, device_id, gateway, recipient_phone,
    message_type, content, status, claimed_at, deadline_at, due_at, sent_at,
    finished_at, gap_seconds, lease_owner, lease_epoch, dispatcher_version,
    invocation_id, system_identifier
)
select
    enrolled.user_id, enrolled.enrollment_id, enrolled.sequence_id,
    step.sequence_stepid, 1, step.day_number, step.definition_hash,
    enrolled.device_id, 'native', enrolled.contact_phone, 'text',
    'Hi ' || enrolled.contact_name || ', this is day 1', 'sent', sent.at,
    sent.at + interval '1 minute', sent.at, sent.at, sent.at, 0, 'bench', 1,
    'bench', 'bench', (select dispatch.system_identifier())
from drip_memory.sequence_enrollments as enrolled
inner join drip_memory.sequence_definitions as step
    on
        enrolled.user_id = step.user_id
        and enrolled.definition_hash = step.definition_hash
        and step.step_position = 1
cross join lateral (
    select
        dispatch.now_utc() - case
            when
                enrolled.device_id
                < lpad(to_hex(1000 + %(ready_devices)s), 32, '0')::uuid
                then interval '25 hours'
            else interval '2 hours'
        end - right(enrolled.contact_phone, 6)::integer %% 997
        * interval '1 minute' as at
) as sent
"""


def prepare(place: Place, size: Size) -> Iterator[Measure]:
    """Generate and build it all, unless an earlier run left it there.

    The ledger comes before the first fold, which so does what a build does
    after the loss of all but the memory and the ledger.
    Raises UsageError when what is there has another size.
    """
    if place.value("select to_regclass('bench_size') is not null"):
        found = place.value("select size from bench_size")
        if found != asdict(size):
            message = f"{place.folder} holds data of another size: {found}"
            raise click.UsageError(message)
        return
    _generate(place, size)
    dbt_time.run(place, "seed", "*")
    yield _first(place, "enrol everybody", _MEMORY)
    place.execute(_LEDGER, ready_devices=size.ready_devices)
    place.execute("vacuum analyze")
    yield _first(place, "fold everybody", QUEUE)
    place.execute("vacuum analyze")
    place.execute(
        "create table bench_size as select %(size)s::jsonb as size",
        size=Jsonb(asdict(size)),
    )


def _first(place: Place, what: str, select: list[str]) -> Measure:
    spent = dbt_time.run(place, "run", *select)
    return Measure("first build", what, [sum(spent.values())])


def _generate(place: Place, size: Size) -> None:
    """Fill the CRM's tables."""
    with place.connection.transaction():
        migrate(place.connection)
        create_app_schema(place.connection)
    place.execute(_TENANTS, tenants=TENANTS)
    place.execute(_DEVICES, tenants=TENANTS, devices=size.devices)
    add_sequences(place, 0, size.sequences)
    open_sequences(
        place, size.sequences - TENANTS, size.sequences, is_open=False
    )
    place.execute(_LEADS, tenants=TENANTS, **asdict(size))
    place.execute("vacuum analyze")


def add_sequences(place: Place, first: int, last: int) -> None:
    """Add the sequences of these numbers, the last one not among them."""
    place.execute(_SEQUENCES, tenants=TENANTS, first=first, last=last)
    place.execute(_STEPS, first=first, last=last)
    place.execute("analyze sequences, sequence_steps")


def open_sequences(
    place: Place, first: int, last: int, *, is_open: bool
) -> None:
    """Open or close the sequences of these numbers."""
    place.execute(_OPEN, first=first, last=last, is_open=is_open)


def remove_sequences(place: Place, first: int, last: int) -> None:
    """Take the sequences of these numbers away again."""
    place.execute(_REMOVE, first=first, last=last)
    place.execute("vacuum analyze sequences, sequence_steps")
