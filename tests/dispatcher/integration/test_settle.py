"""What a person knows of an unknown outcome, and what a build makes of it."""

import json
from uuid import UUID

from click.testing import CliRunner, Result

from dispatcher.cli import cli
from tests.dispatcher.integration.harness import PHONE, TENANT, World


def settle(world: World, *command: str) -> Result:
    arguments = ["settle", *command, "--reason", "I called", "--by", "Nor"]
    return CliRunner().invoke(cli, arguments + world.project.arguments())


def message(world: World, attempt_no: int = 1) -> str:
    return str(
        world.value(
            "select id from dispatch.broadcast_messages"
            " where day_number = 1 and attempt_no = %s",
            attempt_no,
        )
    )


def test_what_was_sent_is_done(unknown: World) -> None:
    unknown.now("0:30")

    result = settle(unknown, message(unknown), "--as", "sent")

    assert result.stdout == (
        f"message {message(unknown)} is sent, it was unknown\n"
    )
    assert unknown.ledger(
        *("status", "sent_at", "fault_class", "error_message")
    ) == [("sent", "0:05", None, None)]
    [(user_id, target, reason, requested_by)] = unknown.rows(
        "select user_id, target, reason, requested_by"
        " from dispatch.operator_requests where kind = 'settle'"
    )
    assert (user_id, reason, requested_by) == (TENANT, "I called", "Nor")
    assert target["settled_as"] == "sent"
    assert target["status_before"] == "unknown"
    unknown.build("0:31")
    assert unknown.contacts("status", "next_trigger_time")[:2] == [
        (1, "completed", None),
        (2, "active", "24:05"),
    ]


def test_what_was_not_sent_is_sent_once_more(unknown: World) -> None:
    unknown.now("0:30")

    result = settle(
        unknown, message(unknown), "--as", "not-sent", "--format", "json"
    )

    assert json.loads(result.stdout) == {
        "messages": [
            {
                "message_id": message(unknown),
                "status_before": "unknown",
                "status": "failed",
            }
        ],
        "dry_run": False,
    }
    assert unknown.ledger("status", "error_message") == [
        ("failed", "not sent, says Nor: I called")
    ]
    assert unknown.due() == []
    unknown.build("0:31")
    assert unknown.due() == [(1, 2, False)]
    assert unknown.dispatch("0:32").sent == 1
    unknown.build("0:33")
    assert unknown.contacts("status", "completed_at")[0] == (
        *(1, "completed", "0:32"),
    )
    assert unknown.texts() == [(PHONE, "WARM, day 1")]


def test_what_a_build_assumed_is_taken_back(unknown: World) -> None:
    """It was assumed sent, and no later step was tried."""
    unknown.build("1:06")
    assert unknown.contacts("status")[0] == (1, "completed")

    settle(unknown, message(unknown), "--as", "not-sent")
    unknown.build("2:00")

    assert unknown.contacts("status")[:2] == [(1, "active"), (2, "pending")]
    assert unknown.due() == [(1, 2, False)]


def test_a_passed_step_is_not_sent_again(unknown: World) -> None:
    unknown.build("1:06")
    unknown.build("24:06")
    assert unknown.dispatch("24:07").sent == 1

    settle(unknown, message(unknown), "--as", "not-sent")
    unknown.build("24:08")

    assert unknown.contacts("status", "status_reason") == [
        (1, "failed", "unclassified"),
        (2, "completed", None),
        (3, "active", None),
    ]
    assert unknown.due() == []


def test_an_ended_enrolment_is_not_reopened(unknown: World) -> None:
    """Its only message was assumed sent, which ended it."""
    unknown.execute("delete from public.sequence_steps where day_number > 1")
    unknown.build("1:06")
    assert unknown.contacts("status")[0] == (1, "completed")

    settle(unknown, message(unknown), "--as", "not-sent")
    unknown.build("2:00")

    assert unknown.contacts("status", "status_reason")[0] == (
        *(1, "failed", "unclassified"),
    )
    assert unknown.due() == []


def test_what_may_be_under_way_is_left_alone(unknown: World) -> None:
    """Until its time is over: then nobody will say what became of it."""
    unknown.execute(
        "update dispatch.broadcast_messages set status = 'sending',"
        " finished_at = null, fault_class = null, error_message = null,"
        " deadline_at = claimed_at + interval '1 minute'"
    )
    own, nobody = message(unknown), str(UUID(int=9))
    unknown.now("0:05:59")
    for ids, told in (
        ([own], f"message {own} is in flight"),
        ([own], "it is unknown from 2026-03-02 02:06:00+0000 on"),
        ([own, nobody], f"message {nobody} is not in the ledger"),
    ):
        refused = settle(unknown, *ids, "--as", "not-sent")
        assert refused.exit_code == 2
        assert told in refused.stderr

    unknown.now("0:06")
    refused = settle(unknown, own, nobody, "--as", "not-sent")
    assert refused.exit_code == 2
    assert own not in refused.stderr
    preview = settle(unknown, own, "--as", "sent", "--dry-run")
    assert preview.stdout == (f"message {own} would be sent, it was sending\n")
    assert unknown.ledger("status") == [("sending",)]
    assert unknown.rows("select * from dispatch.operator_requests") == []

    settle(unknown, own, "--as", "sent")
    assert unknown.ledger("status", "finished_at") == [("sent", "0:06")]
    known = settle(unknown, own, "--as", "sent")
    assert "is sent: expected sending or unknown" in known.stderr
