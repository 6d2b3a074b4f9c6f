"""Worked histories of edits, entering and leaving, on the oracle alone."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.fuzz.facts import Key, Sequence, Step
from tests.fuzz.story import settled
from tests.fuzz.tale import (
    COLD,
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
    done,
    lead,
    pending,
    sent_once,
    since_t0,
    steps,
    without,
)


@pytest.mark.parametrize(
    ("on_edit", "trigger"), [("follow", "12:05"), ("pin", "24:05")]
)
def test_history_16(on_edit: str, trigger: str) -> None:
    tale = sent_once(on_edit=on_edit)
    tale.at("0:10")
    tale.delays(S1, 12)
    tale.at("10:01")
    assert since_t0(tale.row(S2).next_trigger_time) == trigger


def test_history_17() -> None:
    tale = sent_once()
    tale.at("0:10")
    tale.edit_steps(WARM, without(S2))
    tale.at("1:01")
    tale.says(done(S1), (S2, "skipped", "step_removed"), active(S3, "24:05"))
    assert tale.row(S2).chain_no is None
    assert tale.row(S3).chain_no == 2


def test_history_18() -> None:
    tale = sent_once()
    tale.at("0:10")
    tale.attempt(S2, "24:05", "unknown")
    tale.edit_steps(WARM, without(S2))
    tale.at("24:30")
    tale.says(done(S1), active(S2, "25:05"), pending(S3, "48:05"))
    tale.at("25:06")
    tale.says(done(S1), done(S2, "assumed_sent"), active(S3, "48:05"))


def test_history_19() -> None:
    tale = sent_once()
    tale.at("0:10")
    new = {S1: UUID(int=201), S2: UUID(int=202), S3: UUID(int=203)}
    tale.edit_steps(WARM, lambda s: replace(s, id=new[s.id]))
    tale.at("1:00")
    tale.says(
        done(S1),
        (S2, "skipped", "step_removed"),
        (S3, "skipped", "step_removed"),
        active(new[S2], "24:05"),
        pending(new[S3], "48:05"),
    )


def test_history_20() -> None:
    tale = sent_once()
    tale.at("0:10")
    s0, s1b = UUID(int=90), UUID(int=91)
    days = {S1: 2, S2: 4, S3: 5}
    tale.edit_steps(WARM, lambda s: replace(s, day_number=days[s.id]))
    known = tale.sequence(WARM)
    assert known is not None
    tale.edit(WARM, steps=(*known.steps, Step(s0, 1), Step(s1b, 3)))
    tale.at("1:00")
    tale.says(
        done(S1), active(s1b, "24:05"), pending(S2, "48:05"),
        pending(S3, "72:05"),
    )  # fmt: skip


def to_the_end(tale: Tale) -> None:
    """Send S2 and S3 as they fall due."""
    tale.at("0:10")
    tale.attempt(S2, "24:05", "sent")
    tale.at("24:10")
    tale.attempt(S3, "48:05", "sent")


@pytest.mark.parametrize("ends_first", [True, False])
def test_history_21(ends_first: bool) -> None:  # noqa: FBT001
    tale = sent_once()
    to_the_end(tale)
    if ends_first:
        tale.at("48:10")
    tale.edit(WARM, steps=(*steps(S1, S2, S3), Step(S4, 4)))
    tale.at("49:00")
    gets_it = [] if ends_first else [active(S4, "72:05")]
    tale.says(done(S1), done(S2), done(S3), *gets_it)


def test_history_22() -> None:
    tale = sent_once()
    tale.change(leads=())
    tale.at("0:10")
    left = (done(S1), *((s, "cancelled", "lead_deleted") for s in (S2, S3)))
    tale.says(*left)
    tale.change(leads=(lead(number=2),))
    tale.at("1:00")
    tale.says(*left)
    assert list(tale.memory.enrolments) == [tale.key]


@pytest.mark.parametrize("on_retag", ["ignore", "exit"])
@pytest.mark.parametrize("one_open", [False, True])
def test_history_23(on_retag: str, one_open: bool) -> None:  # noqa: FBT001
    tale = sent_once(on_retag=on_retag)
    hot = Sequence(HOT, "HOT", steps(S4))
    tale.change(sequences=(*tale.facts.sequences, hot))
    tale.edit_policies(HOT, one_open_enrollment=one_open)
    tale.at("0:10")
    tale.change(leads=(lead("HOT"),))
    tale.at("1:00")
    if on_retag == "ignore":
        tale.says(done(S1), active(S2, "24:05"), pending(S3, "48:05"))
    else:
        tale.says(done(S1), *((s, "cancelled", "retagged") for s in (S2, S3)))
    assert (Key(HOT, PHONE, 1) in tale.memory.enrolments) is not one_open
    tale.at("1:01")
    is_in = Key(HOT, PHONE, 1) in tale.memory.enrolments
    assert is_in is (not one_open or on_retag == "exit")


def test_history_24() -> None:
    tale = Tale()
    tale.change(leads=(lead(number=2), lead(phone="+60 11-1000 001")))
    tale.at("0:00")
    (enrolment,) = tale.memory.enrolments.values()
    assert enrolment.lead_id == 1


@pytest.mark.parametrize(
    ("trigger", "wanted"),
    [
        (" a ,B", {HOT, COLD}),
        ("'A,,B'".strip("'"), {HOT, COLD}),
        ("WARMEXSTART", set()),
        ("", set()),
        (None, set()),
        ("TIDAK JUMPA", set()),
    ],
)
def test_history_25(trigger: str | None, wanted: set[UUID]) -> None:
    tale = Tale()
    tale.change(
        leads=(lead(trigger),),
        sequences=(
            *tale.facts.sequences,
            Sequence(HOT, "A", steps(S4)),
            Sequence(COLD, "B", steps(UUID(int=301))),
        ),
    )
    tale.at("0:00")
    assert {key.sequence_id for key in tale.memory.enrolments} == wanted


def test_history_26() -> None:
    tale = Tale()
    first = replace(Step(S1, 1), trigger="cold_start", is_entry_point=True)
    tale.edit(WARM, trigger="", steps=(first,))
    phones = [f"6011100{n:04}" for n in range(20)]
    tale.change(
        leads=tuple(lead("cold_start", p, n) for n, p in enumerate(phones))
    )
    tale.at("0:00")
    assert not tale.memory.enrolments
    tale.edit(WARM, trigger="cold_start")
    tale.at("1:00")
    assert len(tale.memory.enrolments) == len(phones)


def linked(**warm: Any) -> Tale:
    """Return the build after COLD's last step completed at 0:05."""
    tale = Tale()
    cold = Sequence(COLD, "COLD", (Step(S4, 1, next_trigger=" warm "),))
    tale.change(sequences=(*tale.facts.sequences, cold), leads=(lead("COLD"),))
    tale.edit(WARM, **warm)
    tale.at("0:00")
    sent = tale.claim(Key(COLD, PHONE, 1), S4, at("0:05"))
    tale.record(settled(sent, "sent", at("0:05")))
    tale.at("0:10")
    return tale


def test_history_27() -> None:
    tale = linked()
    assert tale.key not in tale.memory.enrolments
    tale.at("0:20")
    assert tale.memory.enrolments[tale.key].source == "link"
    tale.says(active(S1, "24:05"), pending(S2, "48:05"), pending(S3, "72:05"))


def test_history_27_inactive_at_first() -> None:
    tale = linked(status="draft")
    tale.at("0:20")
    assert tale.key not in tale.memory.enrolments
    tale.edit(WARM, status="active")
    tale.at("30:00")
    tale.says(active(S1, "30:00"), pending(S2, "54:00"), pending(S3, "78:00"))
