"""Answers that are XML or plain text, and paths into answers."""

from typing import Any

import pytest

from dispatcher.domain import Fault, Outcome, Result
from dispatcher.gateways.answer import classify
from dispatcher.gateways.body import LONGEST_BODY, Body, read, values_at
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.redact import Redactor

XML = """<?xml version="1.0"?>
<r:Reply xmlns:r="urn:x" code="0"><Message><Id>17</Id></Message>
<Message><Id>18</Id></Message><Text>ok &amp; well</Text></r:Reply>"""
BOMB = """<!DOCTYPE x [<!ENTITY a "AAAAAAAAAA">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Reply>&b;</Reply>"""
OUTSIDE = """<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<Reply code="0">&a;</Reply>"""


def outcome(raw: str, answers_are: str, **definition: Any) -> Outcome:
    content = {
        "answers_are": answers_are,
        "requests": {"text": {"path": "/"}},
        **definition,
    }
    answer = read(200, raw.encode(), None, answers_are)
    return classify(Definition.model_validate(content), answer, Redactor())


def of_xml(raw: str) -> Outcome:
    return outcome(
        raw,
        "xml",
        success={
            "status": 200,
            "body": {"Reply.@code": "0"},
            "unreadable": "ACCEPTED",
        },
        message_id="Reply.Message.1.Id",
        errors=[
            {
                "status": 200,
                "matches": {"Reply.@code": "^[1-9]"},
                "outcome": "NOT_SENT",
                "fault": "DEVICE_DOWN",
            }
        ],
    )


def test_xml_is_read_by_its_paths() -> None:
    found = of_xml(XML)
    assert found.result is Result.ACCEPTED
    assert found.provider_message_id == "18"
    answer = read(200, XML.encode(), None, "xml")
    assert list(values_at(answer.value, "Reply.Text")) == ["ok & well"]


def test_xml_may_refuse() -> None:
    assert of_xml('<Reply code="7"/>').fault is Fault.DEVICE_DOWN


@pytest.mark.parametrize(
    ("raw", "result"),
    [
        ("", Result.ACCEPTED),
        (XML[:60], Result.ACCEPTED),
        (BOMB, Result.UNKNOWN),
        (OUTSIDE, Result.UNKNOWN),
        ("<!doctype html><html></html>", Result.UNKNOWN),
        ("<html><p>Log in<br></html>", Result.UNKNOWN),
        ('{"code": 0}', Result.UNKNOWN),
        ("<Reply/>", Result.UNKNOWN),
    ],
)
def test_no_entity_is_expanded_and_no_page_is_a_success(
    raw: str, result: Result
) -> None:
    assert of_xml(raw).result is result


def of_text(raw: str) -> Outcome:
    return outcome(
        raw,
        "text",
        success={"status": 200, "text": r"^OK\b"},
        message_id={"pattern": r"^OK ([0-9]+)"},
        errors=[
            {
                "status": 200,
                "text": "^ERR 3",
                "outcome": "NOT_SENT",
                "fault": "RECIPIENT_INVALID",
            }
        ],
    )


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("OK 12345", (Result.ACCEPTED, None, "12345")),
        ("OK", (Result.ACCEPTED, None, None)),
        ("ERR 3 no such number", (Result.NOT_SENT, "RECIPIENT_INVALID", None)),
        ("ERR 4", (Result.UNKNOWN, "UNCLASSIFIED", None)),
        ("", (Result.UNKNOWN, "UNCLASSIFIED", None)),
        ("<html>OK</html>", (Result.UNKNOWN, "UNCLASSIFIED", None)),
        ("OK " + "x" * LONGEST_BODY, (Result.UNKNOWN, "UNCLASSIFIED", None)),
    ],
)
def test_text_is_read_by_patterns(
    raw: str, expected: tuple[Result, str | None, str | None]
) -> None:
    found = of_text(raw)
    assert (found.result, found.fault, found.provider_message_id) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", [{"b": [1, {"c": 2}]}]),
        ("a.b.0", [1]),
        ("a.b.*", [1, {"c": 2}]),
        ("a.b.*.c", [2]),
        ("*.b.1.c", [2]),
        ("a.b.2", []),
        ("a.b.x", []),
        ("a.b.-1", []),
        ("z", []),
    ],
)
def test_a_path_names_none_one_or_many(
    path: str, expected: list[object]
) -> None:
    assert list(values_at({"a": {"b": [1, {"c": 2}]}}, path)) == expected


@pytest.mark.parametrize("form", ["json", "xml", "text"])
@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"\x00" * 100, b"[" * 60000])
def test_nothing_that_comes_is_too_strange_to_read(
    form: str, raw: bytes
) -> None:
    assert isinstance(read(200, raw, None, form).body, Body)
