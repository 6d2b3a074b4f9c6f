"""What holds of the rules themselves, whatever the history."""

from dataclasses import replace
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.generate import clock, history
from tests.fuzz.history import Moment, play
from tests.fuzz.oracle import build

ROUNDS = 6


def moments(seed: int) -> list[Moment]:
    random = Random(seed)  # noqa: S311  # not for secrets
    return list(
        play(history(random, ROUNDS), clock(random, ROUNDS), UUID(int=1))
    )


@settings(max_examples=300, derandomize=True)
@given(st.integers(0, 2**32))
def test_a_build_without_news_changes_nothing(seed: int) -> None:
    for moment in moments(seed):
        again, _ = build(moment.memory, moment.facts, moment.now)
        assert again.rows == {**again.rows, **moment.memory.rows}


@settings(max_examples=300, derandomize=True)
@given(st.integers(0, 2**32))
def test_a_table_that_was_dropped_comes_back(seed: int) -> None:
    for moment in moments(seed):
        forgot = replace(moment.memory, rows={})
        again, _ = build(forgot, moment.facts, moment.now)
        assert {k: again.rows[k] for k in moment.memory.rows} == dict(
            moment.memory.rows
        )


@settings(max_examples=300, derandomize=True)
@given(st.integers(0, 2**32))
def test_one_step_of_a_contact_is_in_hand(seed: int) -> None:
    for moment in moments(seed):
        for rows in moment.memory.rows.values():
            in_hand = [
                r for r in rows.values() if r.status in {"active", "sent"}
            ]
            assert len(in_hand) <= 1


@settings(max_examples=300, derandomize=True)
@given(st.integers(0, 2**32))
def test_what_ended_never_opens(seed: int) -> None:
    ended: set[object] = set()
    for moment in moments(seed):
        open_ones = {
            key
            for key, rows in moment.memory.rows.items()
            if any(row.is_open for row in rows.values())
        }
        assert ended.isdisjoint(open_ones)
        ended = {key for key in moment.memory.rows if key not in open_ones}
