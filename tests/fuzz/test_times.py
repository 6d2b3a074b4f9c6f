"""Quiet hours on the nights when clocks change, by hand."""

from datetime import UTC, datetime, time

import pytest

from tests.fuzz.facts import Policies
from tests.fuzz.times import is_quiet, out_of_quiet

OVER_MIDNIGHT = Policies(
    time_zone="Europe/Berlin", quiet_from=time(22), quiet_until=time(2, 30)
)
BY_DAY = Policies(
    time_zone="Europe/Berlin", quiet_from=time(1), quiet_until=time(2, 30)
)
# Clocks go there from 22:59:59 to 00:00
LAST_HOUR_SKIPPED = Policies(
    time_zone="America/Nuuk", quiet_from=time(12), quiet_until=time(23, 30)
)


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("policies", "instant", "end"),
    [
        (OVER_MIDNIGHT, "2026-03-28 21:00", "2026-03-29 01:30"),
        (OVER_MIDNIGHT, "2026-03-29 01:00", "2026-03-29 01:30"),
        (OVER_MIDNIGHT, "2026-03-29 01:29:59", "2026-03-29 01:30"),
        (OVER_MIDNIGHT, "2026-10-25 00:30", "2026-10-25 01:30"),
        (OVER_MIDNIGHT, "2026-10-25 01:10", "2026-10-25 01:30"),
        (BY_DAY, "2026-03-29 01:10", "2026-03-29 01:30"),
        (BY_DAY, "2026-10-25 00:40", "2026-10-25 01:30"),
        (LAST_HOUR_SKIPPED, "2026-03-29 01:29:59", "2026-03-29 01:30"),
    ],
)
def test_quiet_hours_last_until_their_end(
    policies: Policies, instant: str, end: str
) -> None:
    assert out_of_quiet(utc(instant), policies) == utc(end)


@pytest.mark.parametrize(
    ("policies", "instant"),
    [
        (OVER_MIDNIGHT, "2026-03-28 20:59:59"),
        (OVER_MIDNIGHT, "2026-03-29 01:30"),
        (OVER_MIDNIGHT, "2026-10-25 01:30"),
        (BY_DAY, "2026-03-28 23:59:59"),
        (BY_DAY, "2026-03-29 01:30"),
        (BY_DAY, "2026-10-25 01:30"),
        (LAST_HOUR_SKIPPED, "2026-03-29 01:30"),
    ],
)
def test_elsewhere_it_is_not_quiet(policies: Policies, instant: str) -> None:
    assert not is_quiet(utc(instant), policies)
