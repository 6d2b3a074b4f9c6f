"""The values that histories are drawn from."""

from datetime import UTC, datetime, time
from typing import Any

from tests.fuzz.history import Columns

TRIGGERS = ["WARM", "HOT", "COLD"]
TAGS = [
    "WARM", "WARM", "WARM", "HOT", " warm ,HOT", "WARM,COLD,HOT",
    "\tWarm\n", "COLD", "WARMEX", ",,", "", None,
]  # fmt: skip
PHONES = ["60111000001", "+60 11-1000 001", "60111000002"]
ALL_PHONES = [*PHONES, *PHONES, "0111000001", "1234", ""]
HOURS = [None, -1, 0, 1, 2, 12, 24, 24, 24, 25, 48]
CLOCKS = [None, "", "10:00", "02:30", "23:59", "09.30", "24:00"]
ZONES = [
    "Asia/Kuala_Lumpur", "Europe/Berlin", "America/New_York",
    "America/Sao_Paulo", "Asia/Kolkata",
]  # fmt: skip
QUIET = [
    (time(21), time(8)), (time(12), time(14)), (time(0), time(23)),
    (time(1), time(2, 30)), (None, None),
]  # fmt: skip
# Days before clocks are changed in one of the zones, and an ordinary one
STARTS = [
    datetime(2026, 3, 2, 2, tzinfo=UTC),
    datetime(2026, 3, 6, 20, 10, tzinfo=UTC),
    datetime(2026, 3, 27, 23, tzinfo=UTC),
    datetime(2026, 10, 23, 12, 30, tzinfo=UTC),
    datetime(2026, 10, 30, 4, tzinfo=UTC),
]
GAPS = [1, 6, 31, 61, 130, 720, 1440, 1445, 1500, 2885, 4320]  # minutes

POLICIES: dict[str, list[Any]] = {
    "trigger_match": ["exact", "contains"],
    "on_failure": ["stop", "continue"],
    "on_unknown": ["assume_sent", "hold", "resend", "resend"],
    "unknown_grace_minutes": [0, 60, 600],
    "on_undelivered": ["fail", "retry", "retry"],
    "on_late": ["send", "skip", "skip"],
    "late_after_hours": [0, 1, 24],
    "advance_on": ["sent", "delivered"],
    "receipt_deadline_hours": [0, 1, 24],
    "on_reply": ["exit", "ignore"],
    "on_retag": ["ignore", "exit"],
    "on_edit": ["follow", "pin"],
    "reentry_after_days": [None, 0, 1],
    "one_open_enrollment": [True, False],
    "device_assignment": ["lead", "least_loaded"],
    "time_zone": ZONES,
    "skip_weekends": [None, True, False],
}

# What rarely comes together by chance
THEMES: list[Columns] = [
    *[()] * 6,
    (("on_late", "skip"), ("late_after_hours", 0)),
    (("on_late", "skip"), ("late_after_hours", 1), ("skip_weekends", True)),
    (("reentry_after_days", 0), ("on_retag", "exit")),
    (("reentry_after_days", 0), ("on_reply", "ignore")),
    (("advance_on", "delivered"), ("on_undelivered", "retry")),
    (("on_unknown", "resend"), ("unknown_grace_minutes", 0)),
    (("time_zone", "Europe/Berlin"), ("quiet_from", time(21)),
     ("quiet_until", time(2, 30))),
    (("time_zone", "America/New_York"), ("on_edit", "pin")),
    (("one_open_enrollment", True),),
]  # fmt: skip
