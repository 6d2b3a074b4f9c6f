"""Worked histories of sending and waiting, replayed on the oracle alone."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.fuzz.facts import Key, Receipt, Sequence
from tests.fuzz.tale import (
    HOT,
    PHONE,
    S1,
    S2,
    S3,
    S4,
    WARM,
    Tale,
    active,
    at,
    begun,
    done,
    failed_once,
    lead,
    pending,
    sent_once,
    since_t0,
    steps,
)


@pytest.fixture
def tale() -> Tale:
    """Return history 1: enrolled and built at 0:00."""
    return begun()


def test_history_01(tale: Tale) -> None:
    tale.says(active(S1, "0:00"), pending(S2, "24:00"), pending(S3, "48:00"))
    assert tale.row(S1).attempt_no == 1
    assert [tale.row(s).chain_no for s in (S1, S2, S3)] == [1, 2, 3]


def test_history_03() -> None:
    tale = sent_once()
    for moment in ("0:10", "0:20"):
        tale.at(moment)
        tale.says(done(S1), active(S2, "24:05"), pending(S3, "48:05"))
        assert since_t0(tale.row(S1).completed_at) == "0:05"


def test_history_04() -> None:
    tale = failed_once()
    tale.says(active(S1, "0:10"), pending(S2, "24:10"), pending(S3, "48:10"))
    assert tale.row(S1).attempt_no == 2


@pytest.mark.parametrize("on_failure", ["stop", "continue"])
def test_history_05(on_failure: str) -> None:
    tale = failed_once(on_failure=on_failure)
    tale.attempt(S1, "0:12", "failed", "RECIPIENT_SUSPECT")
    tale.at("0:13")
    assert since_t0(tale.row(S1).next_trigger_time) == "0:42"
    tale.attempt(S1, "0:45", "failed", "RECIPIENT_SUSPECT")
    tale.at("0:46")
    if on_failure == "stop":
        why = "recipient_suspect"
        tale.says(
            (S1, "failed", why),
            (S2, "sequence_failed", why),
            (S3, "sequence_failed", why),
        )
    else:
        tale.says(
            (S1, "failed", "recipient_suspect"),
            active(S2, "24:45"),
            pending(S3, "48:45"),
        )


@pytest.mark.parametrize("status", ["unknown", "sending"])
@pytest.mark.parametrize("policy", ["assume_sent", "hold", "resend"])
def test_histories_06_07_09(status: str, policy: str) -> None:
    tale = begun(on_unknown=policy)
    tale.attempt(S1, "0:05", status)
    waits = (
        active(S1, "1:05"),
        pending(S2, "24:05"),
        pending(S3, "48:05"),
    )
    tale.at("0:10")
    tale.says(*waits)
    tale.at("1:06")
    if policy == "assume_sent":
        tale.says(
            done(S1, "assumed_sent"), active(S2, "24:05"), pending(S3, "48:05")
        )
        assert since_t0(tale.row(S1).completed_at) == "0:05"
    elif policy == "hold":
        tale.says(*waits)
        assert tale.row(S1).attempt_no == 1
    else:
        assert since_t0(tale.row(S1).next_trigger_time) == "1:05"
        assert tale.row(S1).attempt_no == 2
        assert tale.row(S1).is_resend


def test_history_08() -> None:
    tale = begun()
    tale.attempt(S1, "0:05", "unknown")
    tale.receipt("0:30", "delivered")
    tale.at("0:31")
    tale.says(done(S1), active(S2, "24:05"), pending(S3, "48:05"))


@pytest.mark.parametrize("fault", [None, "DEVICE_LOGGED_OUT"])
def test_histories_10_11(fault: str | None) -> None:
    tale = begun()
    tale.attempt(S1, "0:05", "released", fault)
    tale.at("0:10")
    tale.says(active(S1, "0:00"), pending(S2, "24:00"), pending(S3, "48:00"))
    assert (tale.row(S1).attempt_no, tale.row(S1).attempts_used) == (2, 0)


def test_history_12(tale: Tale) -> None:
    tale.suppress(PHONE, "opt_out", at("0:01"))
    tale.at("0:03")
    tale.says(*((s, "cancelled", "opted_out") for s in (S1, S2, S3)))


def test_history_13() -> None:
    tale = sent_once()
    tale.suppress(PHONE, "opt_out", at("0:06"))
    tale.at("0:07")
    left = (done(S1), *((s, "cancelled", "opted_out") for s in (S2, S3)))
    tale.says(*left)
    tale.suppress(PHONE, "opt_in", at("1:00"))
    tale.at("1:01")
    tale.says(*left)
    elsewhere = Sequence(HOT, "HOT", steps(S4))
    tale.change(
        sequences=(*tale.facts.sequences, elsewhere), leads=(lead("HOT"),)
    )
    tale.at("1:02")
    tale.says(active(S4, "1:02"), key=Key(HOT, PHONE, 1))


def test_history_14() -> None:
    tale = failed_once(on_late="skip")
    tale.edit(WARM, status="paused")
    tale.at("0:07")
    assert tale.row(S1).status == "active"
    tale.edit(WARM, status="active")
    tale.at("72:00")
    assert tale.row(S1).status == "active"
    assert tale.row(S1).attempt_no == 2
    assert since_t0(tale.row(S1).next_trigger_time) == "0:10"


@pytest.mark.parametrize("on_late", ["send", "skip"])
def test_history_15(on_late: str) -> None:
    tale = sent_once(on_late=on_late)
    tale.at("0:10")
    tale.edit(WARM, is_active=False)
    tale.at("20:01")
    tale.at("60:00")
    tale.says(done(S1), active(S2, "24:05"), pending(S3, "48:05"))
    tale.edit(WARM, is_active=True)
    tale.at("80:01")
    if on_late == "send":
        tale.says(done(S1), active(S2, "24:05"), pending(S3, "48:05"))
    else:
        tale.says(done(S1), (S2, "skipped", "late"), active(S3, "104:01"))
        assert since_t0(tale.row(S2).settled_at) == "80:01"


@pytest.mark.parametrize(
    ("sent", "trigger"), [("0:00:07", "24:00"), ("5:00", "48:00")]
)
def test_history_28(sent: str, trigger: str) -> None:
    tale = Tale()
    tale.edit(WARM, steps=steps(S1, S2, S3, time_schedule="10:00"))
    tale.at("0:00")
    tale.attempt(S1, sent, "sent")
    tale.at("6:00")
    assert since_t0(tale.row(S2).next_trigger_time) == trigger


def test_history_29() -> None:
    tale = Tale(quiet_from=time(21), quiet_until=time(8))
    tale.at("0:00")
    tale.attempt(S1, "10:57", "failed", "RECIPIENT_SUSPECT")
    tale.at("10:58")
    row = tale.row(S1)
    assert since_t0(row.due_at) == "11:02"
    assert since_t0(row.next_trigger_time) == "22:00"
    assert row.status == "active"


@pytest.mark.parametrize(
    "day",
    [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)],
)
def test_history_30(day: datetime) -> None:
    tale = Tale(time_zone="Europe/Berlin")
    tale.edit(WARM, steps=steps(S1, time_schedule="02:30"))
    tale.build(day)
    wanted = day + timedelta(hours=1, minutes=30)
    assert tale.row(S1).next_trigger_time == wanted


@pytest.mark.parametrize("on_failure", ["stop", "continue"])
def test_history_32(on_failure: str) -> None:
    tale = sent_once(on_failure=on_failure)
    tale.receipt("0:20", "failed", "RECIPIENT_INVALID")
    tale.at("0:21")
    why = "recipient_invalid"
    tale.says(
        (S1, "failed", why),
        (S2, "sequence_failed", why),
        (S3, "sequence_failed", why),
    )


def test_history_32_after_the_next_attempt() -> None:
    tale = sent_once()
    first = tale.facts.attempts[0].id
    tale.at("0:10")
    tale.attempt(S2, "24:05", "sent")
    tale.receive(Receipt(first, "failed", at("24:06"), "RECIPIENT_INVALID"))
    tale.at("24:10")
    tale.says(done(S1), done(S2), active(S3, "48:05"))


def test_history_35() -> None:
    """Nothing of a row hangs on the table as it was."""
    tale = sent_once()
    tale.at("0:10")
    tale.memory = replace(tale.memory, rows={})
    tale.at("0:10")
    tale.says(done(S1), active(S2, "24:05"), pending(S3, "48:05"))
