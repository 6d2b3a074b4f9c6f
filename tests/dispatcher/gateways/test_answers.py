"""Reading answers as other definitions than GOWA's would ask for."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from dispatcher.domain import Fault, Outcome, Result
from dispatcher.gateways.answer import classify
from dispatcher.gateways.body import read
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.redact import Redactor

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC).timestamp()
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
    answer = read(status, raw, retry_after, answered_at=NOON)
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


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("90", 90),
        ('"90"', 90),
        ("1.5", 1.5),
        ('"Fri, 01 Jan 2100 12:00:10 GMT"', 10),
        ('"Fri, 01 Jan 2100 11:00:00 GMT"', 0),
        ("864000", 86_400),
        ("-1", None),
        ('"soon"', None),
        ("null", None),
    ],
)
def test_an_answer_may_say_when_to_come_back(
    said: str, expected: float | None
) -> None:
    rule = RULE | {"retry_after": "error.wait"}
    raw = f'{{"error": {{"wait": {said}}}}}'.encode()
    assert outcome(raw, status=429, errors=[rule]).retry_after == expected


def test_a_rule_may_speak_of_the_whole_gateway() -> None:
    rule = RULE | {"scope": "gateway"}
    assert outcome(b"", status=429, errors=[rule]).is_of_gateway
    assert not outcome(b"", status=429, errors=[RULE]).is_of_gateway
    wrong = rule | {"fault": "RECIPIENT_INVALID"}
    with pytest.raises(ValidationError, match="of a device or a gateway"):
        outcome(b"", status=429, errors=[wrong])


def test_the_first_rule_that_applies_decides() -> None:
    later = RULE | {"fault": "UNCLASSIFIED"}
    found = outcome(b"", status=429, errors=[RULE, later])
    assert found.fault is Fault.DEVICE_THROTTLED
