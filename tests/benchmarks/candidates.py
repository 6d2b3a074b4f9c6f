"""Who is to be enrolled, beside the seed's query on the same data."""

from collections.abc import Iterator
from typing import LiteralString

from psycopg.errors import QueryCanceled

from tests.benchmarks import dbt_time
from tests.benchmarks.data import (
    TENANTS,
    Size,
    add_sequences,
    open_sequences,
    remove_sequences,
)
from tests.benchmarks.measure import Measure, timed
from tests.benchmarks.place import Place

NAME = "candidates"
_MODEL = "enrollment_candidates"
_PEER_SECONDS = 120

# As the seed has it, but for the steps, whose entry it does not ask for
_SEED: LiteralString = """\
create temporary table seed_candidates as
select distinct
    l.id, l.phone, l.name, l.device_id, l.user_id, s.id as sequence_id,
    s.trigger as entry_trigger
from leads as l
inner join sequences as s on s.is_active = true
where
    l.trigger is not null
    and l.trigger != ''
    and s.trigger is not null
    and s.trigger != ''
    and position(s.trigger in l.trigger) > 0
    and not exists (
        select 1 from drip.sequence_contacts as sc
        where sc.sequence_id = s.id and sc.contact_phone = l.phone
    )
"""
_DIFFERENCES: LiteralString = """\
select count(*)
from (select sequence_id, phone from seed_candidates) as seed
full join (
    select sequence_id, contact_phone as phone from drip.enrollment_candidates
) as ours using (sequence_id, phone)
where seed.phone is null or ours.phone is null
"""
# Each of them names another open sequence of its tenant, too
_RETAG: LiteralString = """\
update leads set trigger = trigger || ',start_' || lpad((
    (id - 1) %% 10 + 10 * (((id - 1) / 10 + 1) %% %(open_each)s)
)::text, 5, '0')
where id <= %(changed)s
"""
_UNTAG: LiteralString = """\
update leads set trigger = left(trigger, -length(',start_00000'))
where id <= %(changed)s
"""
_ROWS: LiteralString = "select count(*) from drip.enrollment_candidates"


def measure(place: Place, size: Size, runs: int) -> Iterator[Measure]:
    """Yield the figures; leave the data as it was."""
    few, many = size.sequences, size.more_sequences
    spent, rows = _ours(place, runs)
    yield Measure(NAME, f"nobody new, {few} sequences", spent, rows)

    open_each = few // TENANTS - 1
    place.execute(_RETAG, open_each=open_each, changed=size.changed)
    spent, rows = _ours(place, runs)
    what = f"{size.changed:,} leads changed, {few} sequences"
    yield Measure(NAME, what, spent, rows, bound=0.3)
    place.execute(_UNTAG, changed=size.changed)
    place.execute("vacuum leads")

    open_sequences(place, few - TENANTS, few, is_open=True)
    spent, rows = _ours(place, runs)
    what = f"a tenth new, {few:,} sequences"
    at_few = Measure(NAME, what, spent, rows, bound=1.1)
    yield at_few
    yield from _seed(place, runs, at_few, f"{few:,} sequences")
    open_sequences(place, few - TENANTS, few, is_open=False)

    add_sequences(place, few, many)
    spent, rows = _ours(place, runs)
    what = f"a tenth new, {many:,} sequences"
    at_many = Measure(NAME, what, spent, rows, peer=at_few, peer_bound=2)
    yield at_many
    yield from _seed(place, 1, at_many, f"{many:,} sequences")
    remove_sequences(place, few, many)


def _ours(place: Place, runs: int) -> tuple[list[float], int]:
    """Return the seconds of the model with its table, and how many rows."""
    spent = [dbt_time.run(place, "run", _MODEL)[_MODEL] for _ in range(runs)]
    return spent, place.value(_ROWS)


def _seed(
    place: Place, runs: int, ours: Measure, where: str
) -> Iterator[Measure]:
    """Measure the seed's query, stopped where it takes too long.

    Raises RuntimeError when it finds other contacts than the model does.
    """

    def create() -> None:
        place.execute("drop table if exists seed_candidates")
        place.execute(_SEED)

    place.execute(f"set statement_timeout = '{_PEER_SECONDS}s'")
    what = f"the seed's position(), {where}"
    try:
        seconds = timed(create, runs)
    except QueryCanceled:
        what += f" (stopped after {_PEER_SECONDS} s)"
        yield Measure(NAME, what, [_PEER_SECONDS], peer=ours)
        return
    finally:
        place.execute("reset statement_timeout")
    if others := place.value(_DIFFERENCES):
        message = f"the seed's query disagrees on {others} contacts"
        raise RuntimeError(message)
    rows = place.value("select count(*) from seed_candidates")
    yield Measure(NAME, what, seconds, rows, peer=ours)
