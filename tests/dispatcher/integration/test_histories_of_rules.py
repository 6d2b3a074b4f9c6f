"""Worked histories of HISTORIES.md that are about the rules of a sequence.

Written from that page; its numbers are the names. They happen side by side,
each to a tenant of its own, so that one build serves all of them. Each row
begins with current_step.
"""

import csv
from pathlib import Path
from uuid import UUID

import pytest

from dispatcher.dbt_build import QUEUE
from tests.dispatcher.conftest import world_of
from tests.dispatcher.integration.harness import Server, copy_project
from tests.dispatcher.integration.timeline import (
    History,
    Story,
    Telling,
    at,
    built,
    tell,
)

STATE = ("status", "next_trigger_time")
ENDED = ("status", "status_reason")
# By history and sequence, as the seed has them
POLICIES: dict[tuple[str, int], dict[str, str]] = {
    ("history_15_skip", 0): {"on_late": "skip"},
    ("history_16_pin", 0): {"on_edit": "pin"},
    ("history_23_exit", 0): {"on_retag": "exit"},
    ("history_23_one_open", 1): {"one_open_enrollment": "true"},
    ("history_29", 0): {"quiet_from": "21:00", "quiet_until": "08:00"},
    ("history_30", 0): {"time_zone": "Europe/Berlin"},
    ("history_32_continue", 0): {"on_failure": "continue"},
}


def history_14(story: Story) -> Telling:
    story.warm()
    yield built("0:00")
    yield at("0:05")
    story.send("failed", "RECIPIENT_SUSPECT")
    yield at("0:06")
    story.switch("paused")
    yield built("0:06")
    yield at("0:20")
    assert story.monitor("hold_reason")[0] == (1, "sequence_paused")
    assert story.due() == []
    yield at("72:00")
    story.switch("active")
    yield built("72:00")
    assert story.due() == [(1, 2)]


def paused_over_the_due_time(story: Story) -> Telling:
    story.warm()
    yield built("0:00")
    yield at("0:05")
    story.send()
    yield at("20:00")
    story.switch("paused")
    yield built("20:01")
    yield at("80:00")
    story.switch("active")
    yield built("80:01")


def history_15_send(story: Story) -> Telling:
    yield from paused_over_the_due_time(story)
    assert story.contacts(*STATE)[1] == (2, "active", "24:05")
    assert story.due() == [(2, 1)]


def history_15_skip(story: Story) -> Telling:
    yield from paused_over_the_due_time(story)
    assert story.contacts(*STATE, "status_reason", "settled_at") == [
        (1, "completed", None, None, "0:05"),
        (2, "skipped", None, "late", "80:01"),
        (3, "active", "104:01", None, None),
    ]
    assert story.due() == []


def delay_is_edited(story: Story) -> Telling:
    story.warm()
    yield built("0:00")
    yield at("0:05")
    story.send()
    yield at("10:00")
    story.steps("trigger_delay_hours = 12", 1)
    yield built("10:01")


def history_16_follow(story: Story) -> Telling:
    yield from delay_is_edited(story)
    assert story.contacts(*STATE)[1] == (2, "active", "12:05")


def history_16_pin(story: Story) -> Telling:
    yield from delay_is_edited(story)
    assert story.contacts(*STATE)[1] == (2, "active", "24:05")


def history_17(story: Story) -> Telling:
    story.warm()
    yield built("0:00")
    yield at("0:05")
    story.send()
    yield built("0:06")
    yield at("1:00")
    story.remove_step(2)
    yield built("1:00")
    assert story.contacts(*STATE, "status_reason", "settled_at")[1:] == [
        (2, "skipped", None, "step_removed", None),
        (3, "active", "24:05", None, None),
    ]


def history_18(story: Story) -> Telling:
    story.warm()
    yield built("0:00")
    yield at("0:05")
    story.send()
    yield built("0:06")
    yield at("24:05")
    story.send("unknown", "UNCLASSIFIED")
    story.remove_step(2)
    yield built("24:10")
    assert story.contacts(*STATE)[1:] == [
        (2, "active", "25:05"),
        (3, "pending", "48:05"),
    ]
    assert story.monitor("hold_reason")[1] == (2, "outcome_unknown")
    assert story.due() == []
    yield built("25:06")
    assert story.contacts(*STATE)[1:] == [
        (2, "completed", None),
        (3, "active", "48:05"),
    ]


def history_19(story: Story) -> Telling:
    story.warm()
    yield built("0:00")
    yield at("0:05")
    story.send()
    for day in (1, 2, 3):
        story.remove_step(day)
        story.add_step(day, day + 10)
    yield built("0:06")
    yield at("24:05")
    assert story.due() == [(2, 1)]
    assert story.contacts("sequence_stepid", "status")[0] == (
        1,
        story.step(1),
        "completed",
    )
    assert (2, story.step(12), "active") in story.contacts(
        "sequence_stepid", "status"
    )


def history_20(story: Story) -> Telling:
    story.warm()
    yield built("0:00")
    yield at("0:05")
    story.send()
    yield built("0:06")
    yield at("1:00")
    story.steps("day_number = day_number * 10")
    story.add_step(5, 10)
    story.add_step(15, 11)
    yield built("1:00")
    assert story.contacts("sequence_stepid", *STATE) == [
        (10, story.step(1), "completed", None),
        (15, story.step(11), "active", "24:05"),
        (20, story.step(2), "pending", "48:05"),
        (30, story.step(3), "pending", "72:05"),
    ]


def history_21(story: Story) -> Telling:
    """One contact has all three, another is at S3 when S4 comes."""
    story.warm()
    story.lead(phone="60112999999")
    story.steps("trigger_delay_hours = 0")
    yield built("0:00")
    yield at("0:05")
    story.send(limit=2)
    yield built("0:06")
    story.send(limit=2)
    yield built("0:10")
    story.send()
    yield built("0:20")
    yield at("1:00")
    story.add_step(4, 4)
    yield built("1:00")
    assert story.contacts("contact_phone", "status")[-1] == (
        4,
        "60112999999",
        "pending",
    )
    assert [row[0] for row in story.contacts("status")] == [
        1,
        2,
        3,
        1,
        2,
        3,
        4,
    ]
    assert story.due() == [(3, 1)]


def history_22(story: Story) -> Telling:
    story.warm()
    yield built("0:00")
    yield at("0:05")
    story.send()
    yield at("0:06")
    story.execute("delete from public.leads where user_id = %s", story.user)
    yield built("0:06")
    cancelled = [
        (1, "completed", None),
        (2, "cancelled", "lead_deleted"),
        (3, "cancelled", "lead_deleted"),
    ]
    assert story.contacts(*ENDED) == cancelled
    yield at("1:00")
    story.lead()
    yield built("1:00")
    assert story.contacts(*ENDED) == cancelled
    assert story.diagnosed() == [("rejected", "already_enrolled")]


def retagged(story: Story) -> Telling:
    story.warm("WARM", "HOT")
    yield built("0:00")
    yield at("0:05")
    story.send()
    yield at("0:06")
    story.execute(
        "update public.leads set trigger = 'HOT' where user_id = %s",
        story.user,
    )
    yield built("0:06")


def history_23_ignore(story: Story) -> Telling:
    yield from retagged(story)
    assert story.contacts(*STATE)[1] == (2, "active", "24:05")
    assert story.diagnosed(1) == [("enrolled", None)]
    assert story.contacts(*STATE, which=1)[0] == (1, "active", "0:06")


def history_23_exit(story: Story) -> Telling:
    yield from retagged(story)
    assert story.contacts(*ENDED) == [
        (1, "completed", None),
        (2, "cancelled", "retagged"),
        (3, "cancelled", "retagged"),
    ]
    assert story.diagnosed(1) == [("enrolled", None)]


def history_23_one_open(story: Story) -> Telling:
    yield from retagged(story)
    assert story.diagnosed(1) == [("rejected", "open_enrolment")]
    yield at("24:05")
    story.send()
    yield built("24:10")
    yield at("48:05")
    story.send()
    yield built("48:06")
    assert story.contacts("status") == [
        (day, "completed") for day in (1, 2, 3)
    ]
    yield built("49:00")
    assert story.diagnosed(1) == [("enrolled", None)]


def linked(story: Story, target: str = "active") -> Telling:
    """COLD has one step that leads to WARM, a day after it."""
    story.warm("COLD", "WARM", lead=False)
    story.remove_step(2)
    story.remove_step(3)
    story.steps("next_trigger = 'warm'", 1)
    story.switch(target, which=1)
    story.lead("COLD")
    yield built("0:00")
    yield at("0:05")
    story.send()
    yield built("0:06")


def history_27(story: Story) -> Telling:
    yield from linked(story)
    assert story.contacts("status") == [(1, "completed")]
    yield built("0:10")
    assert story.contacts(*STATE, which=1)[0] == (1, "active", "24:05")
    assert story.world.rows(
        "select source from drip_memory.sequence_enrollments"
        " where user_id = %s order by enrolled_at",
        story.user,
    ) == [("trigger",), ("link",)]


def history_27_already(story: Story) -> Telling:
    story.warm("COLD", "WARM", lead=False)
    story.remove_step(2)
    story.remove_step(3)
    story.steps("next_trigger = 'warm'", 1)
    story.lead("COLD, WARM")
    yield built("0:00")
    yield at("0:05")
    story.send(limit=2)
    yield built("0:06")
    yield built("0:10")
    assert story.contacts("status") == [(1, "completed")]
    assert len(story.contacts("status", which=1)) == 3


def history_27_inactive(story: Story) -> Telling:
    yield from linked(story, target="paused")
    yield built("0:10")
    assert story.contacts("status", which=1) == []
    yield at("1:00")
    story.switch("active", which=1)
    yield built("1:00")
    assert story.contacts(*STATE, which=1)[0] == (1, "active", "24:05")


def history_28(story: Story) -> Telling:
    story.warm()
    story.steps("time_schedule = '10:00'")
    yield built("0:00")
    yield at("0:00:07")
    story.send()
    yield built("0:06")
    assert story.contacts(*STATE)[1] == (2, "active", "24:00")


def history_28_late(story: Story) -> Telling:
    story.warm()
    story.steps("time_schedule = '10:00'")
    yield built("0:00")
    yield at("5:00")
    story.send()
    yield built("10:01")
    assert story.contacts(*STATE)[1] == (2, "active", "48:00")


def history_29(story: Story) -> Telling:
    """The retry falls at 21:02 local, which is 11:02 after T0."""
    story.warm()
    yield built("0:00")
    yield at("10:57")
    story.send("failed", "RECIPIENT_SUSPECT")
    yield built("11:03")
    assert story.contacts(*STATE)[0] == (1, "active", "22:00")
    assert story.monitor("hold_reason")[0] == (1, "quiet_hours")
    assert story.due() == []
    yield at("22:00")
    assert story.due() == [(1, 2)]


def history_30(story: Story) -> Telling:
    """One contact comes the evening before each change of the clocks."""
    story.warm(lead=False)
    story.steps("time_schedule = '02:30'")
    yield at("634:00")
    story.lead()
    yield built("634:00")
    assert story.contacts(*STATE)[0] == (1, "active", "647:30")
    yield at("5674:00")
    story.lead(phone="60112999998")
    yield built("5674:00")
    assert (1, "60112999998", "active", "5687:30") in story.contacts(
        "contact_phone", *STATE
    )


def history_31(story: Story) -> Telling:
    story.warm(lead=False)
    for number in range(81):
        story.lead(phone=f"601121000{number:02}")
    yield built("0:00")
    yield at("0:05")
    story.send(limit=80)
    yield built("0:06")
    ((last, *before),) = [
        row
        for row in story.contacts("contact_phone", *STATE)
        if row[0] == 1 and row[2] == "active"
    ]
    assert (last, *before) == (1, "60112100080", "active", "0:00")
    yield at("1:04")
    assert story.due() == []
    assert (1, "60112100080", "device_hourly_cap", "1:05") in story.monitor(
        "contact_phone", "hold_reason", "held_until"
    )
    yield at("1:06")
    assert story.due() == [(1, 1)]


def undelivered(story: Story) -> Telling:
    story.warm()
    yield built("0:00")
    yield at("0:05")
    message = story.send()
    yield at("0:20")
    story.receipt(message, "failed", "RECIPIENT_INVALID")
    yield built("0:20")
    assert story.contacts(*ENDED) == [
        (1, "failed", "recipient_invalid"),
        (2, "sequence_failed", "recipient_invalid"),
        (3, "sequence_failed", "recipient_invalid"),
    ]


def history_32(story: Story) -> Telling:
    yield from undelivered(story)


def history_32_continue(story: Story) -> Telling:
    yield from undelivered(story)


def history_32_passed(story: Story) -> Telling:
    story.warm()
    story.steps("trigger_delay_hours = 0")
    yield built("0:00")
    yield at("0:05")
    message = story.send()
    yield built("0:06")
    story.send()
    yield at("0:20")
    story.receipt(message, "failed", "RECIPIENT_INVALID")
    yield built("0:20")
    assert story.contacts("status") == [
        (1, "completed"),
        (2, "completed"),
        (3, "active"),
    ]
    assert story.monitor("message_status")[0] == (1, "failed")


def history_36(story: Story) -> Telling:
    story.warm()
    story.execute(
        "update public.leads set name = '' where user_id = %s", story.user
    )
    story.steps("content = 'Hi {name}'", 1)
    yield built("0:00")
    assert story.contacts(*STATE)[:2] == [
        (1, "active", "0:00"),
        (2, "pending", "24:00"),
    ]
    assert story.monitor("hold_reason")[0] == (1, "unresolved_placeholder")
    assert story.due() == []
    yield at("1:00")
    story.steps("content = 'Hi {name:friend}'", 1)
    yield built("1:00")
    assert story.due() == [(1, 1)]


HISTORIES: dict[str, History] = {
    name: history
    for name, history in globals().items()
    if name.startswith("history_")
}


def add_policies(file: Path) -> None:
    """Add the histories' policies to those of the other tests."""
    columns = file.read_text().splitlines()[0].split(",")
    numbers = {name: number for number, name in enumerate(HISTORIES)}
    with file.open("a") as out:
        writer = csv.DictWriter(out, columns)
        for (name, which), policies in POLICIES.items():
            sequence = UUID(int=3000 + 10 * numbers[name] + which)
            writer.writerow({"sequence_id": sequence, **policies})


# One test, or each worker would tell all of them for those that it shows
def test_history(
    server: Server,
    built_database: str,
    tmp_path: Path,
    subtests: pytest.Subtests,
) -> None:
    project = copy_project(tmp_path, server)
    add_policies(project.project_dir / "seeds/sequence_policies.csv")
    with world_of(server, project, built_database) as world:
        told = tell(world, HISTORIES, [*QUEUE, "enrollment_diagnostics"])
    for name in HISTORIES:
        with subtests.test(name):
            if name in told:
                raise told[name]
