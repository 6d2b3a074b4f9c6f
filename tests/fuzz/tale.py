"""The contact of HISTORIES.md, in the words of that page.

Times are T0 + h:mm, T0 = Mon 2026-03-02 10:00 in Kuala Lumpur.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.fuzz.facts import Key, Lead, Receipt, Sequence, Step
from tests.fuzz.story import Story, settled

T0 = datetime(2026, 3, 2, 2, tzinfo=UTC)
TENANT, DEVICE = UUID(int=1), UUID(int=11)
WARM, HOT, COLD = UUID(int=21), UUID(int=22), UUID(int=20)
PHONE, OTHER_PHONE = "60111000001", "60111000002"
S1, S2, S3, S4 = (UUID(int=n) for n in (101, 102, 103, 104))


def at(moment: str) -> datetime:
    hours, minutes, *seconds = (int(part) for part in moment.split(":"))
    return T0 + timedelta(
        hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0
    )


def since_t0(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    minutes, seconds = divmod(round((instant - T0).total_seconds()), 60)
    text = f"{minutes // 60}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def steps(*ids: UUID, **columns: Any) -> tuple[Step, ...]:
    return tuple(Step(i, n, **columns) for n, i in enumerate(ids, 1))


def lead(
    trigger: str | None = "WARM", phone: str = PHONE, number: int = 1
) -> Lead:
    return Lead(number, phone, trigger, DEVICE, at("0:00"))


class Tale(Story):
    """A story with contact PHONE in WARM, in the words of the page."""

    key = Key(WARM, PHONE, 1)

    def __init__(self, **policies: Any) -> None:
        super().__init__(TENANT)
        warm = Sequence(WARM, "WARM", steps(S1, S2, S3))
        self.change(devices=(DEVICE,), leads=(lead(),), sequences=(warm,))
        self.edit_policies(WARM, **policies)

    def at(self, moment: str) -> None:
        self.build(at(moment))

    def attempt(
        self, step: UUID, moment: str, status: str, fault: str | None = None
    ) -> None:
        """Claim a step that is due and record its outcome at once."""
        row = self.rows(self.key)[step]
        assert row.status == "active"
        assert row.next_trigger_time is not None
        assert row.next_trigger_time <= at(moment)
        attempt = self.claim(self.key, step, at(moment))
        if status != "sending":
            attempt = settled(attempt, status, at(moment), fault)
        self.record(attempt)

    def receipt(self, moment: str, status: str, fault: str = "") -> None:
        last = self.facts.attempts[-1].id
        self.receive(Receipt(last, status, at(moment), fault or None))

    def delays(self, step: UUID, hours: int) -> None:
        self.edit_steps(
            WARM,
            lambda s: replace(s, delay_hours=hours) if s.id == step else s,
        )

    def says(self, *wanted: tuple[Any, ...], key: Key | None = None) -> None:
        """Compare step, status, reason and next_trigger_time of each."""
        rows = self.rows(key or self.key)
        found = {
            (i, r.status, r.status_reason, since_t0(r.next_trigger_time))
            for i, r in rows.items()
        }
        assert found == {(*row, *[None] * (4 - len(row))) for row in wanted}

    def row(self, step: UUID) -> Any:
        return self.rows(self.key)[step]


def begun(**policies: Any) -> Tale:
    tale = Tale(**policies)
    tale.at("0:00")
    return tale


def failed_once(**policies: Any) -> Tale:
    tale = begun(**policies)
    tale.attempt(S1, "0:05", "failed", "RECIPIENT_SUSPECT")
    tale.at("0:06")
    return tale


def sent_once(**policies: Any) -> Tale:
    tale = begun(**policies)
    tale.attempt(S1, "0:05", "sent")
    return tale


def active(step: UUID, trigger: str) -> tuple[Any, ...]:
    return step, "active", None, trigger


def pending(step: UUID, trigger: str) -> tuple[Any, ...]:
    return step, "pending", None, trigger


def done(step: UUID, reason: str | None = None) -> tuple[Any, ...]:
    return step, "completed", reason


def without(step: UUID) -> Any:
    return lambda known: None if known.id == step else known
