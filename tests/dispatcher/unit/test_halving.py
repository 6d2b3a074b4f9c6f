"""One bad item of a batch never costs another its place."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.errors import DatabaseAwayError, ValuesRefusedError
from dispatcher.halving import in_halves


@given(st.lists(st.booleans(), min_size=1, max_size=40))
async def test_the_good_pass_and_each_bad_one_is_told(
    are_bad: list[bool],
) -> None:
    bad = {number for number, is_bad in enumerate(are_bad) if is_bad}
    told: list[int] = []

    async def act(items: Sequence[int]) -> list[int]:
        if bad.intersection(items):
            message = "no"
            raise ValuesRefusedError(message)
        return list(items)

    async def alone(item: int, error: ValuesRefusedError) -> list[int]:
        assert str(error) == "no"
        told.append(item)
        return [-item]

    numbers = range(len(are_bad))
    found = await in_halves(numbers, act, alone)
    assert found == [-n if n in bad else n for n in numbers]
    assert told == sorted(bad)


async def test_a_database_that_is_away_is_no_bad_item() -> None:
    async def act(_: Sequence[int]) -> list[int]:
        message = "gone"
        raise DatabaseAwayError(message)

    async def alone(_: int, __: ValuesRefusedError) -> list[int]:
        raise AssertionError

    with pytest.raises(DatabaseAwayError):
        await in_halves([1, 2], act, alone)
