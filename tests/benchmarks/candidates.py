"""Who is to be enrolled, beside the seed's query on the same data."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import LiteralString

from psycopg.errors import QueryCanceled

from tests.benchmarks import alone, dbt_time
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
_MODELS = (
    "int_sequences_opened",
    "lead_watermarks",
    "enrollment_links",
    "enrollment_wishes",
    "enrollment_candidates",
)
_PEER_SECONDS = 120

# As the seed has it, but for the steps, whose entry it does not ask for
_SEED: LiteralString = """\
create temporary table peer_candidates as
select distinct
    l.id, l.phone, l.name, l.device_id, l.user_id, s.id as sequence_id,
    s.trigger as entry_trigger
from leads as l
inner join sequences as s on s.is_active = true
where
    l.id <= %(leads)s
    and l.trigger is not null
    and l.trigger != ''
    and s.trigger is not null
    and s.trigger != ''
    and position(s.trigger in l.trigger) > 0
    and not exists (
        select 1 from drip.sequence_contacts as sc
        where sc.sequence_id = s.id and sc.contact_phone = l.phone
    )
"""
# What was found fastest before there was a project: no number, number's lead,
# device, opt-out or definition is judged
_PROTOTYPE: LiteralString = """\
create temporary table peer_candidates as
select l.id, l.phone, l.name, l.device_id, l.user_id, s.id as sequence_id
from leads as l
inner join sequences as s
    on
        s.user_id = l.user_id
        and s.trigger = any(string_to_array(l.trigger, ','))
where
    l.id <= %(leads)s
    and s.is_active
    and l.trigger <> ''
    and not exists (
        select 1 from drip_memory.sequence_enrollments as e
        where e.sequence_id = s.id and e.contact_phone = l.phone
    )
"""
_DIFFERENCES: LiteralString = """\
select count(*)
from (select sequence_id, phone from peer_candidates) as peer
full join (
    select sequence_id, contact_phone as phone from drip.enrollment_candidates
) as ours using (sequence_id, phone)
where peer.phone is null or ours.phone is null
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
# Links to where their contacts are, as a year of completed sequences leaves
_FOLLOW: LiteralString = """\
insert into drip_memory.sequence_decisions (
    user_id, decision_id, decision, sequence_id, enrollment_id, contact_phone,
    lead_id, device_id, target_sequence_id, decided_at, invocation_id, row_xid
)
select
    user_id, gen_random_uuid(), 'link', sequence_id, gen_random_uuid(),
    contact_phone, lead_id, device_id, sequence_id, decided_at, 'followed',
    pg_current_xact_id()
from drip_memory.sequence_decisions
where decision = 'enrolled'
limit %(links)s
"""
_FORGET_LINKS: LiteralString = """\
delete from drip_memory.sequence_decisions where invocation_id = 'followed'
"""
_VACUUM: LiteralString = "vacuum analyze drip_memory.sequence_decisions"
_TOUCH: LiteralString = """\
update leads set updated_at = updated_at where id <= %(changed)s
"""
# What the last build knew of the leads; without it all are matched anew
_FORGET: LiteralString = "delete from drip.lead_watermarks"
_ROWS: LiteralString = "select count(*) from drip.enrollment_candidates"


def measure(place: Place, size: Size, runs: int) -> Iterator[Measure]:
    """Yield the figures; leave the data as it was."""
    few, many = size.sequences, size.more_sequences
    _settle(place)
    yield _ours(place, runs, f"nobody new, {few} sequences")

    links = size.leads * 3 // 10
    place.execute(_FOLLOW, links=links)
    place.execute(_VACUUM)
    yield _ours(place, runs, f"the same, {links:,} links followed before")
    place.execute(_FORGET_LINKS)
    place.execute(_VACUUM)

    open_each = few // TENANTS - 1
    place.execute(_RETAG, open_each=open_each, changed=size.changed)
    where = f"{size.changed:,} leads changed, {few} sequences"
    touch = partial(place.execute, _TOUCH, changed=size.changed)
    of_changed = _ours(place, runs, where, bound=0.3, before=touch)
    yield of_changed
    yield from _alone(place, runs, where, before=touch)
    yield from _peers(place, runs, of_changed, where, size.changed)
    place.execute(_UNTAG, changed=size.changed)
    place.execute("vacuum leads")

    open_sequences(place, few - TENANTS, few, is_open=True)
    _settle(place)
    at_few = _ours(place, runs, f"a tenth new, {few:,} sequences", bound=1.1)
    yield at_few
    yield from _alone(place, runs, f"a tenth new, {few:,} sequences")
    forget = partial(place.execute, _FORGET)
    anew = f"a tenth new, {few:,} sequences, every lead matched anew"
    yield _ours(place, runs, anew, bound=1.1, before=forget)
    yield from _alone(place, runs, anew, match_bound=1.1, before=forget)
    yield from _peers(place, runs, at_few, f"{few:,} sequences", size.leads)
    open_sequences(place, few - TENANTS, few, is_open=False)

    add_sequences(place, few, many)
    dbt_time.run(place, "run", "sequence_definitions")
    where = f"a tenth new, {many:,} sequences"
    anew = f"{where}, every lead matched anew"
    yield _ours(place, runs, anew, peer=at_few, peer_bound=2, before=forget)
    at_many = _ours(place, runs, where, peer=at_few, peer_bound=2)
    yield at_many
    yield from _peers(place, 1, at_many, f"{many:,} sequences", size.leads)
    remove_sequences(place, few, many)
    _settle(place)


def _settle(place: Place) -> None:
    """Build once, so that the next build finds nothing changed."""
    dbt_time.run(place, "run", *_MODELS)


def _ours(
    place: Place,
    runs: int,
    what: str,
    *,
    bound: float | None = None,
    peer: Measure | None = None,
    peer_bound: float | None = None,
    before: Callable[[], object] = lambda: None,
) -> Measure:
    """Measure the models with their tables, each run after ``before``."""
    seconds = []
    for _ in range(runs):
        before()
        spent = dbt_time.run(place, "run", *_MODELS)
        seconds.append(sum(spent[model] for model in _MODELS))
    rows = place.value(_ROWS)
    return Measure(NAME, what, seconds, rows, bound, peer, peer_bound)


def _alone(
    place: Place,
    runs: int,
    what: str,
    *,
    match_bound: float | None = None,
    before: Callable[[], object] = lambda: None,
) -> Iterator[Measure]:
    """Measure the match, then all queries, without what dbt and tables take.

    The match answers what the peers do: who names an open sequence and is not
    in it.
    """
    *first, wishes, candidates = _MODELS
    before()
    dbt_time.run(place, "run", *first)
    spent = [alone.seconds(place, model, runs) for model in (*first, wishes)]
    match = spent[-1]
    dbt_time.run(place, "run", wishes, candidates)
    spent.append(alone.seconds(place, candidates, runs))
    seconds = [sum(of_run) for of_run in zip(*spent, strict=True)]
    rows = place.value(_ROWS)
    yield Measure(NAME, f"{what}, the match alone", match, bound=match_bound)
    yield Measure(NAME, f"{what}, the queries alone", seconds, rows)


def _peers(
    place: Place, runs: int, ours: Measure, where: str, leads: int
) -> Iterator[Measure]:
    """Measure two other queries of the first leads."""
    for name, query in (
        ("the seed's position()", _SEED),
        ("a prototype's = any(), nothing judged", _PROTOTYPE),
    ):
        yield _peer(place, runs, ours, f"{name}, {where}", query, leads)


def _peer(
    place: Place,
    runs: int,
    ours: Measure,
    what: str,
    query: LiteralString,
    leads: int,
) -> Measure:
    """Measure another query of the first leads, stopped if it takes long.

    Raises RuntimeError when it finds other contacts than the model does.
    """

    def create() -> None:
        place.execute("drop table if exists peer_candidates")
        place.execute(query, leads=leads)

    place.execute(f"set statement_timeout = '{_PEER_SECONDS}s'")
    try:
        seconds = timed(create, runs)
    except QueryCanceled:
        what += f" (stopped after {_PEER_SECONDS} s)"
        return Measure(NAME, what, [_PEER_SECONDS], peer=ours)
    finally:
        place.execute("reset statement_timeout")
    if others := place.value(_DIFFERENCES):
        message = f"{what} disagrees on {others} contacts"
        raise RuntimeError(message)
    rows = place.value("select count(*) from peer_candidates")
    return Measure(NAME, what, seconds, rows, peer=ours)
