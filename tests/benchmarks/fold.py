"""What a build spends on the state machine, with and without results."""

from collections.abc import Iterator
from typing import LiteralString

from dispatcher.dbt_build import QUEUE
from tests.benchmarks import dbt_time
from tests.benchmarks.data import Size
from tests.benchmarks.measure import Measure
from tests.benchmarks.place import Place

NAME = "fold"
_TIMES_THE_LEDGER = 10
_MODELS = (
    "fold_watermarks",
    "fold_schedule",
    "enrollments_to_fold",
    "sequence_contacts",
)

# What the dispatcher would have written for the next that are due
_RESULTS: LiteralString = """\
insert into dispatch.broadcast_messages (
    user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
    day_number, definition_hash, device_id, gateway, recipient_phone,
    message_type, content, status, claimed_at, deadline_at, due_at, sent_at,
    finished_at, gap_seconds, lease_owner, lease_epoch, dispatcher_version,
    invocation_id, system_identifier
)
select
    user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
    current_step, definition_hash, device_id, 'native', contact_phone,
    'text', 'Hi', 'sent', dispatch.now_utc(),
    dispatch.now_utc() + interval '1 minute', due_at, dispatch.now_utc(),
    dispatch.now_utc(), 0, 'bench', 1, 'bench', 'bench',
    (select dispatch.system_identifier())
from drip.sequence_contacts as step
where
    status = 'active'
    and next_trigger_time <= dispatch.now_utc()
    and not exists (
        select 1 from dispatch.broadcast_messages as attempt
        where
            attempt.user_id = step.user_id
            and attempt.enrollment_id = step.enrollment_id
            and attempt.sequence_stepid = step.sequence_stepid
    )
order by next_trigger_time desc
limit %(changed)s
"""
# Older attempts, of enrolments that are long over
_MORE: LiteralString = """\
insert into dispatch.broadcast_messages (
    user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
    day_number, definition_hash, device_id, gateway, recipient_phone,
    message_type, content, status, claimed_at, deadline_at, due_at, sent_at,
    finished_at, gap_seconds, lease_owner, lease_epoch, dispatcher_version,
    invocation_id, system_identifier, row_xid
)
select
    user_id, md5(enrollment_id::text || copy)::uuid, sequence_id,
    sequence_stepid, attempt_no, day_number, definition_hash, device_id,
    gateway, recipient_phone, message_type, content, status,
    claimed_at - copy * interval '100 days',
    deadline_at - copy * interval '100 days',
    due_at - copy * interval '100 days',
    sent_at - copy * interval '100 days',
    finished_at - copy * interval '100 days',
    gap_seconds, lease_owner, lease_epoch, dispatcher_version,
    invocation_id, system_identifier, row_xid
from dispatch.broadcast_messages, generate_series(1, %(copies)s) as copy
"""


def measure(place: Place, size: Size, runs: int) -> Iterator[Measure]:
    """Yield the figures; the ledger is ten times as large afterwards."""
    few = list(_figures(place, size, runs, []))
    yield from few
    place.execute(_MORE, copies=_TIMES_THE_LEDGER - 1)
    place.execute("vacuum analyze dispatch.broadcast_messages")
    place.execute("checkpoint")  # else each commit waits for the load's writes
    yield from _figures(place, size, runs, few)


def _figures(
    place: Place, size: Size, runs: int, peers: list[Measure]
) -> Iterator[Measure]:
    """Yield four: nothing new, results; of each the fold and the build."""
    # What other benchmarks left to fold; after a load, what it left to write
    dbt_time.run(place, "run", *QUEUE)
    attempts = place.value("select count(*) from dispatch.broadcast_messages")
    where = f"ledger of {attempts / 1e6:.3g} million"
    of = iter(peers)
    for rows, bound in ((0, 1.0), (size.changed, 5.0)):
        spent = []
        for _ in range(runs):
            place.execute(_RESULTS, changed=rows)
            spent.append(dbt_time.run(place, "run", *QUEUE))
        parts = {
            "fold": [sum(one[name] for name in _MODELS) for one in spent],
            "whole build": [sum(one.values()) for one in spent],
        }
        for part, seconds in parts.items():
            yield Measure(
                NAME,
                f"{part}, {rows:,} results, {where}",
                seconds,
                rows,
                bound if part == "fold" else None,
                peer := next(of, None),
                1.3 if peer and part == "fold" else None,
            )
