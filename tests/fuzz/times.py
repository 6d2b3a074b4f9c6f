"""Local clocks: HH:MM, quiet hours, weekends, pauses."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.fuzz.facts import Policies

SATURDAY = 5
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

Pause = tuple[datetime, datetime | None]


def hh_mm(*written: str | None) -> time | None:
    """Return the first that is HH:MM."""
    for text in written:
        if text and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text.strip()):
            return time.fromisoformat(text.strip())
    return None


def at_clock(
    earliest: datetime, send_time: time, policies: Policies
) -> datetime:
    """Return the next instant at which clocks show it on a day that counts."""
    zone = policies.time_zone
    first = earliest.astimezone(ZoneInfo(zone)).date() - DAY
    days = [first + n * DAY for n in range(7)]
    if policies.skip_weekends:
        days = [day for day in days if day.weekday() < SATURDAY]
    found = (_instant(day, send_time, zone) for day in days)
    return min(instant for instant in found if instant >= earliest)


def by_the_clock(start: datetime, delay: timedelta, zone: str) -> datetime:
    """Return when clocks in the zone show that much more."""
    local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + delay
    return _instant(local.date(), local.time(), zone)


def _instant(day: date, clock: time, zone: str) -> datetime:
    """Resolve a local time: in a gap an hour later, in a fold the second."""
    local = datetime.combine(day, clock, ZoneInfo(zone))
    second = local.replace(fold=1)
    is_fold = second.utcoffset() < local.utcoffset()  # type: ignore[operator]
    return (second if is_fold else local).astimezone(UTC)


def is_quiet(instant: datetime, policies: Policies) -> bool:
    """Tell whether nothing may be sent then: quiet hours or a weekend."""
    local = instant.astimezone(ZoneInfo(policies.time_zone))
    if policies.skip_weekends and local.weekday() >= SATURDAY:
        return True
    if policies.quiet_from is None or policies.quiet_until is None:
        return False
    return any(
        _lasts(local, local.date() - n * DAY, policies) for n in range(2)
    )


def _lasts(local: datetime, day: date, policies: Policies) -> bool:
    """Tell whether the quiet hours that begin on that day hold then.

    Clocks have come to their begin; their end is an instant, which clocks may
    show twice or not at all.
    """
    begin, end = policies.quiet_from, policies.quiet_until
    assert begin is not None
    assert end is not None
    if begin == end or local.replace(tzinfo=None) < datetime.combine(
        day, begin
    ):
        return False
    last_day = day if begin < end else day + DAY
    return local.astimezone(UTC) < _instant(last_day, end, policies.time_zone)


def out_of_quiet(instant: datetime, policies: Policies) -> datetime:
    """Return the first instant, from that on, that is not quiet."""
    if not is_quiet(instant, policies):
        return instant
    changes = sorted(_changes(instant, policies))
    return next(
        change
        for change in changes
        if change > instant and not is_quiet(change, policies)
    )


def _changes(instant: datetime, policies: Policies) -> Iterator[datetime]:
    """Yield every instant of the next days at which quiet may end."""
    zone = ZoneInfo(policies.time_zone)
    first = instant.astimezone(zone).date()
    clocks = {time(0), policies.quiet_from, policies.quiet_until} - {None}
    for n in range(-1, 5):
        for clock in clocks:
            assert clock is not None
            yield _instant(first + n * DAY, clock, policies.time_zone)


def first_sendable(
    due_at: datetime, policies: Policies, pauses: Iterable[Pause]
) -> datetime | None:
    """Return the first instant from then on that is free; None: not yet."""
    instant, known = due_at, list(pauses)
    while True:
        moved = out_of_quiet(instant, policies)
        for start, end in known:
            if start <= moved and end is None:
                return None
            if end is not None and start <= moved < end:
                moved = end
        if moved == instant:
            return instant
        instant = moved
