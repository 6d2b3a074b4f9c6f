"""What is tried again once a person has mended the cause, and what is not."""

import asyncio
import json
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from dispatcher.cli import cli
from dispatcher.demo.script import Rule
from dispatcher.limits import Limits
from dispatcher.sending import send
from tests.dispatcher.integration.harness import (
    CONTINUE,
    DEVICE,
    PHONE,
    RETRYABLE,
    SILENT,
    World,
    address,
    at,
    config_for,
)

SUSPECT = "RECIPIENT_SUSPECT"


def retry(world: World, *command: str) -> Result:
    arguments = ["retry", *command, "--reason", "mended", "--by", "Nor"]
    return CliRunner().invoke(cli, arguments + world.project.arguments())


def by_class(world: World, fault: str, *command: str) -> Result:
    since = at("0:00").isoformat()
    return retry(world, "--class", fault, "--since", since, *command)


def told(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.output
    outcome: dict[str, object] = json.loads(result.stdout)
    return outcome


def enrollment(world: World) -> str:
    return str(
        world.value(
            "select enrollment_id from drip_memory.sequence_enrollments"
        )
    )


def requests(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "select kind, requested_by, target ->> 'attempt_no'"
        " from dispatch.operator_requests order by id"
    )


def fail_three_times(world: World) -> None:
    """Use up the attempts at step 1; the last fails at 0:45."""
    for sent, built in (("0:05", "0:06"), ("0:12", "0:13")):
        world.dispatch(sent, RETRYABLE)
        world.build(built)
    world.dispatch("0:45", RETRYABLE)


def test_a_wait_is_cut_short(warm: World) -> None:
    """It is asked for once; the second request finds it asked for."""
    warm.dispatch("0:05", RETRYABLE)
    warm.build("0:06")
    assert warm.due() == []
    warm.now("0:07")

    preview = retry(warm, "--enrollment", enrollment(warm), "--dry-run")
    assert preview.stdout == "1 failed steps would be tried again\n"
    assert requests(warm) == []
    other = retry(
        *(warm, "--enrollment", enrollment(warm)),
        *("--step", str(UUID(int=9)), "--format", "json"),
    )
    assert told(other)["steps"] == 0
    result = retry(warm, "--enrollment", enrollment(warm))
    assert result.stdout == "1 failed steps are tried again\n"
    again = by_class(warm, SUSPECT, "--format", "json")
    assert told(again) == {
        "steps": 0,
        "contents": 0,
        "devices": 0,
        "gateways": 0,
        "left_alone": {"asked_already": 1},
        "dry_run": False,
    }

    assert requests(warm) == [("retry", "Nor", "1")]
    warm.build("0:08")
    assert warm.contacts("status", "due_at")[0] == (1, "active", "0:07")
    assert warm.due() == [(1, 2, False)]
    assert warm.dispatch("0:09").sent == 1


def test_an_enrolment_is_saved_until_it_has_ended(warm: World) -> None:
    """The attempts are used up, and no build has ended the enrolment yet."""
    fail_three_times(warm)

    assert told(by_class(warm, SUSPECT, "--format", "json"))["steps"] == 1

    warm.build("0:46")
    assert warm.contacts("status", "attempts_used")[:2] == [
        (1, "active", 3),
        (2, "pending", 0),
    ]
    assert warm.due() == [(1, 4, False)]
    # it is one more, not one for ever
    warm.dispatch("0:47", RETRYABLE)
    warm.build("0:48")
    ended = warm.contacts("status")
    assert ended[:2] == [(1, "failed"), (2, "sequence_failed")]
    result = by_class(warm, SUSPECT)
    assert result.stdout == (
        "0 failed steps are tried again\n1 left alone: enrollment ended\n"
    )
    assert len(requests(warm)) == 1
    warm.build("0:49")
    assert warm.contacts("status") == ended


def test_a_failed_step_behind_which_none_was_tried(world: World) -> None:
    """With on_failure: continue, until the next step is tried."""
    world.warm(CONTINUE)
    world.build("0:00")
    fail_three_times(world)
    world.build("0:46")
    assert world.contacts("status")[:2] == [(1, "failed"), (2, "active")]

    assert told(by_class(world, SUSPECT, "--format", "json"))["steps"] == 1
    world.build("0:47")
    assert world.contacts("status")[:2] == [(1, "active"), (2, "pending")]
    world.dispatch("0:48", RETRYABLE)
    world.build("0:49")
    world.build("24:49")
    assert world.dispatch("24:50").sent == 1

    assert told(by_class(world, SUSPECT, "--format", "json"))[
        "left_alone"
    ] == {"later_step_tried": 1}


def test_a_device_goes_on_at_once(warm: World) -> None:
    """Its cool-down ends, without a build but for the attempt's number."""
    warm.dispatch("0:05", Rule(do="device_logged_out", device=address(DEVICE)))
    warm.build("0:06")
    assert warm.due() == []
    warm.now("0:07")

    result = by_class(warm, "DEVICE_LOGGED_OUT")

    assert result.stdout == (
        "0 failed steps are tried again\n1 devices are sent from again\n"
    )
    assert warm.due() == [(1, 2, False)]
    assert warm.dispatch("0:08").sent == 1


def opened(world: World, moment: str) -> None:
    """Let the one device's gateway ask for two hours' rest."""
    world.dispatch(moment, Rule(do="starting", retry_after=7200))
    assert gateway(world) == ("2:05", 1)


def gateway(world: World) -> tuple[object, ...]:
    (found,) = world.rows(
        "select open_until, failures from dispatch.gateway_breakers"
    )
    return found


def gateway_requests(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "select kind, requested_by, reason, user_id, target"
        " from dispatch.operator_requests where target ? 'gateway'"
    )


def test_a_gateway_by_its_class_is_probed_at_once(warm: World) -> None:
    opened(warm, "0:05")
    warm.build("0:06")
    assert warm.monitor("hold_reason")[0] == (1, "gateway_unavailable")
    warm.now("0:07")

    result = by_class(warm, "GATEWAY_UNAVAILABLE")

    assert result.stdout == (
        "0 failed steps are tried again\n1 devices are sent from again\n"
        "1 gateways are probed\n"
    )
    assert gateway_requests(warm) == [
        (
            *("retry", "Nor", "mended", None),
            {"gateway": "native", "fault": "GATEWAY_UNAVAILABLE"},
        )
    ]
    assert gateway(warm) == ("0:07", 1)
    assert warm.dispatch("0:08").sent == 1
    assert warm.rows("select gateway from dispatch.gateway_breakers") == []
    warm.build("0:09")


def test_a_gateway_by_its_name_is_probed_at_once(warm: World) -> None:
    """Still away, it rests for longer; else its devices are asked about."""
    opened(warm, "0:05")
    warm.build("0:06")
    warm.now("0:07")
    command = ("--gateway", "native")
    preview = retry(warm, *command, "--dry-run")
    assert preview.stdout == (
        "0 failed steps would be tried again\n"
        "1 devices would be sent from again\n1 gateways would be probed\n"
    )
    assert gateway(warm) == ("2:05", 1)
    assert gateway_requests(warm) == []

    assert told(retry(warm, *command, "--format", "json"))["gateways"] == 1

    away = config_for("http://127.0.0.1:9")
    assert asyncio.run(send(warm.profile, away, Limits())).claimed == 0
    assert gateway(warm) == ("0:09", 2)
    assert told(retry(warm, *command, "--format", "json"))["gateways"] == 1
    assert warm.dispatch("0:08").sent == 1
    assert warm.rows("select key from dispatch.breakers") == []
    assert len(gateway_requests(warm)) == 2


def test_a_refused_content_is_tried_again(warm: World) -> None:
    warm.dispatch("0:05", RETRYABLE)
    warm.execute(
        "update dispatch.broadcast_messages set status = 'released',"
        " fault_class = 'CONTENT_INVALID', row_xid = pg_current_xact_id()"
    )
    warm.build("0:06")
    assert warm.monitor("hold_reason")[0] == (1, "content_invalid")
    warm.now("0:07")

    result = by_class(warm, "CONTENT_INVALID")

    assert result.stdout == (
        "0 failed steps are tried again\n1 refused contents are tried again\n"
    )
    assert warm.monitor("hold_reason")[0] == (1, None)
    assert (
        told(by_class(warm, "CONTENT_INVALID", "--format", "json"))["contents"]
        == 0
    )
    assert warm.dispatch("0:08").sent == 1


def test_what_cannot_be_tried_again_is_told(warm: World) -> None:
    nobody = str(UUID(int=9))
    since = at("0:00").isoformat()
    usage = "expected one of --enrollment, with or without --step, --class"
    for command, message in (
        ((), usage),
        (("--step", nobody), usage),
        (("--class", SUSPECT), usage),
        (("--since", since), usage),
        (("--class", SUSPECT, "--since", since, "--step", nobody), usage),
        (("--enrollment", nobody, "--since", since), usage),
        (("--gateway", "native", "--since", since), usage),
        (("--gateway", "native", "--enrollment", nobody), usage),
        (("--gateway", "nil"), "--gateway nil: nothing rests for its fault"),
        (("--class", "NONE", "--since", since), "'NONE' is not one of"),
        (("--class", SUSPECT, "--since", "today"), "'today' is no time"),
        (
            ("--class", SUSPECT, "--since", "2026-03-02T10:00"),
            "'2026-03-02T10:00' has no offset",
        ),
        (
            ("--enrollment", nobody),
            f"--enrollment {nobody}: nobody was enrolled by it",
        ),
    ):
        result = retry(warm, *command)
        assert result.exit_code == 2, command
        assert message in result.stderr.replace("\n", " "), command
    assert requests(warm) == []


RECEIPT = (
    "insert into dispatch.delivery_receipts (user_id, message_id, status,"
    " occurred_at) select user_id, id, %s, dispatch.now_utc()"
    " from dispatch.broadcast_messages"
)
ONCE = [(PHONE, "WARM, day 1")]


@pytest.mark.parametrize("receipt", ["sent", "delivered"])
def test_what_a_receipt_proves_sent_is_not_tried_again(
    warm: World, receipt: str
) -> None:
    """It comes after the build that decided on the retry."""
    warm.dispatch("0:05", RETRYABLE)
    warm.build("0:06")
    warm.execute(RECEIPT, receipt)
    warm.dispatch("0:11")
    assert warm.texts() == ONCE
    assert warm.monitor("hold_reason")[0] == (1, "awaiting_build")
    warm.build("0:12")
    assert warm.contacts("status")[0] == (1, "completed")


def test_what_is_known_as_sent_is_not_resent(warm: World) -> None:
    resend: dict[str, object] = {"on_unknown": "resend"}
    warm.build("0:01", dbt_vars=resend)
    warm.dispatch("0:05", SILENT, timeout_seconds=0.5)
    warm.build("1:06", dbt_vars=resend)
    assert warm.due() == [(1, 2, True)]
    warm.execute(
        "update dispatch.broadcast_messages set status = 'sent', sent_at ="
        " claimed_at, fault_class = null, error_message = null"
    )
    warm.dispatch("1:07")
    assert warm.texts() == ONCE
    # the reports count it as they show it
    assert warm.monitor("step_status")[0] == (1, "active")


def test_what_was_lost_is_resent_until_it_is_found(warm: World) -> None:
    retried: dict[str, object] = {"on_undelivered": "retry"}
    warm.build("0:01", dbt_vars=retried)
    warm.dispatch("0:05")
    warm.now("0:06")
    warm.execute(RECEIPT, "failed")
    warm.build("0:12", dbt_vars=retried)
    assert warm.due() == [(1, 2, True)]
    warm.execute(RECEIPT, "read")
    warm.dispatch("0:13")
    assert warm.texts() == ONCE
