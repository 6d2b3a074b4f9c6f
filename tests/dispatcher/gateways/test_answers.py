"""Reading answers as other definitions than GOWA's would ask for."""

from typing import Any

import pytest

from dispatcher.domain import Fault, Outcome, Result
from dispatcher.gateways.answer import classify
from dispatcher.gateways.body import read
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.redact import Redactor

RULE = {
    "status": "429",
    "outcome": "NOT_SENT",
    "fault": "DEVICE_THROTTLED",
    "retry_after": 30,
}


def outcome(
    raw: bytes,
    *,
    status: int = 200,
    retry_after: float | None = None,
    **definition: Any,
) -> Outcome:
    content = {
        "auth": "none",
        "requests": {"text": {"path": "/"}},
        "success": {"status": "2xx", "any_body": True},
        "message_id": "messages.0.id",
        **definition,
    }
    answer = read(status, raw, retry_after)
    return classify(Definition.model_validate(content), answer, Redactor())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"messages": [{"id": "wamid.1"}]}', "wamid.1"),
        (b'\xef\xbb\xbf{"messages": [{"id": "wamid.1"}]}', "wamid.1"),
        (b'{"messages": [{"id": 17}]}', "17"),
        (b'{"messages": []}', None),
        (b'{"messages": "x"}', None),
        (b'{"messages": [{"id": "%s"}]}' % (b"x" * 256), None),
        (b"OK", None),
    ],
)
def test_the_message_id_is_found_or_missing(
    raw: bytes, expected: str | None
) -> None:
    found = outcome(raw)
    assert found.result is Result.ACCEPTED
    assert found.provider_message_id == expected


@pytest.mark.parametrize(
    ("raw", "result"),
    [
        (b'{"status": true}', Result.ACCEPTED),
        (b'{"status": false}', Result.UNKNOWN),
        (b'{"status": 1}', Result.UNKNOWN),
        (b'{"status": "true"}', Result.UNKNOWN),
        (b"{}", Result.UNKNOWN),
        (b"", Result.UNKNOWN),
        (b"OK", Result.UNKNOWN),
    ],
)
def test_a_body_must_say_just_what_the_definition_says(
    raw: bytes, result: Result
) -> None:
    success = {"status": 200, "body": {"status": True}}
    assert outcome(raw, success=success).result is result


def test_a_rule_may_say_when_to_come_back() -> None:
    found = outcome(b"slow down", status=429, errors=[RULE])
    assert found.fault is Fault.DEVICE_THROTTLED
    assert found.retry_after == 30


def test_the_gateway_knows_better_when_to_come_back() -> None:
    found = outcome(b"", status=429, errors=[RULE], retry_after=0)
    assert found.retry_after == 0


def test_the_first_rule_that_applies_decides() -> None:
    later = RULE | {"fault": "UNCLASSIFIED"}
    found = outcome(b"", status=429, errors=[RULE, later])
    assert found.fault is Fault.DEVICE_THROTTLED
