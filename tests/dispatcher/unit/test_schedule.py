"""Which device may send when."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain import DeviceKey
from dispatcher.schedule import Schedule


def key(number: int) -> DeviceKey:
    return (UUID(int=1), UUID(int=number))


def test_who_is_due_first_goes_first_and_no_more_than_asked_for() -> None:
    schedule = Schedule()
    for number, at in [(1, 30.0), (2, 10.0), (3, 20.0), (4, 40.0)]:
        schedule.put(key(number), at)
    assert schedule.next_at() == 10
    assert schedule.take(30, most=2) == [key(2), key(3)]
    assert schedule.take(30, most=2) == [key(1)]
    assert schedule.take(30, most=2) == []
    assert list(schedule) == [key(4)]


def test_a_device_waits_once_for_the_time_said_last() -> None:
    schedule = Schedule()
    schedule.put(key(1), 10)
    schedule.put(key(1), 20)
    assert schedule.take(15, most=9) == []
    assert schedule.next_at() == 20
    assert schedule.take(20, most=9) == [key(1)]
    assert schedule.take(99, most=9) == []


def test_a_dropped_device_does_not_come() -> None:
    schedule = Schedule()
    schedule.put(key(1), 10)
    schedule.drop(key(1))
    assert schedule.next_at() is None
    assert not schedule


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.floats(0, 100) | st.none()),
        max_size=30,
    )
)
def test_each_device_comes_at_the_time_it_was_put_to(
    steps: list[tuple[int, float | None]],
) -> None:
    schedule, expected = Schedule(), dict[DeviceKey, float]()
    for number, at in steps:
        if at is None:
            schedule.drop(key(number))
            expected.pop(key(number), None)
        else:
            schedule.put(key(number), at)
            expected[key(number)] = at
    taken = schedule.take(100, most=99)
    assert sorted(taken) == sorted(expected)
    assert [expected[item] for item in taken] == sorted(expected.values())
