"""Local times are those of the sequence, whatever zone a session is in."""

from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from jinja2 import Template

MACROS = Path(__file__).parents[3] / "macros"
NAMES = [
    "at_local_time",
    "after_quiet_hours",
    "after_weekend",
    "sendable_from",
]

# Three days around each change of the clocks, and an ordinary weekend
CASES = """
    select
        zones.zone,
        times.moment,
        {{ at_local_time(
            'times.moment', "time '02:30'", 'zones.zone', 'false'
        ) }},
        {{ at_local_time(
            'times.moment', "time '02:30'", 'zones.zone', 'true'
        ) }},
        {{ sendable_from(
            'times.moment', 'zones.zone', "time '21:00'", "time '08:00'",
            'true'
        ) }}
    from
        unnest(array['2026-03-27', '2026-04-22', '2026-10-23', '2026-03-06'])
            as starts (start)
    cross join
        generate_series(0, 143) as steps (n)
    cross join lateral (
        select
            (starts.start || ' 00:00+00')::timestamptz
            + make_interval(mins => 30 * steps.n) as moment
    ) as times
    cross join
        unnest(array['Europe/Berlin', 'Africa/Cairo', 'Asia/Kuala_Lumpur'])
            as zones (zone)
    order by zones.zone, times.moment
"""
Row = tuple[str, datetime, datetime, datetime, datetime]


def local_times(connection: psycopg.Connection, session: str) -> list[Row]:
    """Return what the macros say in a session of that zone."""
    macros = "".join((MACROS / f"{name}.sql").read_text() for name in NAMES)
    connection.execute("select set_config('TimeZone', %s, false)", [session])
    query = Template(macros + CASES).render().encode()
    return connection.execute(query).fetchall()


@pytest.mark.parametrize("session", ["Asia/Kuala_Lumpur", "America/New_York"])
def test_session_zone_moves_nothing(
    connection: psycopg.Connection, session: str
) -> None:
    assert local_times(connection, session) == local_times(connection, "UTC")
