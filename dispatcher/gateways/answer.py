"""From a gateway's answer to an outcome; no input or output."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from urllib.parse import quote

from dispatcher.domain import Fault, Outcome, Result
from dispatcher.gateways.definition import Definition, Rule

KEPT_CHARACTERS = 2000  # of the body, in the ledger
SHOWN_CHARACTERS = 200  # of the body, in the error
LONGEST_ID = 255
AUTHORIZATION = re.compile(
    r"(authorization\W{1,5})((basic|bearer)\s+)?[^\s\"',}]+", re.IGNORECASE
)


class Body(Enum):
    """What can be said about a body before its content is looked at."""

    JSON = auto()
    CUT = auto()  # empty, or JSON that stops in the middle
    FOREIGN = auto()  # text or a page: another server's answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    text: str
    body: Body
    value: Any  # the JSON, if it is JSON
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes our own credentials out of what a gateway says."""

    secrets: tuple[str, ...] = ()

    @classmethod
    def of_basic_auth(cls, username: str, password: str) -> "Redactor":
        """Know the password in each form a gateway could echo it in."""
        pair = base64.b64encode(f"{username}:{password}".encode()).decode()
        quoted = json.dumps(password)[1:-1]
        forms = {pair, password, quoted, quote(password, safe="")}
        # the longest first: one form may contain another
        return cls(tuple(sorted(forms, key=len, reverse=True)))

    def __repr__(self) -> str:
        return "Redactor()"

    def clean(self, text: str) -> str:
        """Text as it may be stored and shown."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        text = AUTHORIZATION.sub(r"\1***", text)
        return text.replace("\x00", "\ufffd")  # which Postgres refuses


def read(status: int, raw: bytes, retry_after: float | None) -> Answer:
    """Parse as much of an answer as there is."""
    text = raw.decode("utf-8-sig", errors="replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        is_cut = text.lstrip()[:1] in {"", "{", "["}
        body = Body.CUT if is_cut else Body.FOREIGN
        return Answer(status, text, body, None, retry_after)
    return Answer(status, text, Body.JSON, value, retry_after)


def classify(
    definition: Definition, answer: Answer, redactor: Redactor
) -> Outcome:
    """Read an answer as its definition says; what fits nothing is unknown."""
    rule = next(
        (rule for rule in definition.errors if _applies(rule, answer)), None
    )
    if rule is None and _is_success(definition, answer):
        return _accepted(definition, answer, redactor)
    text = redactor.clean(answer.text)
    retry_after = answer.retry_after
    if retry_after is None and rule is not None:
        retry_after = rule.retry_after
    return Outcome(
        Result[rule.outcome] if rule else Result.UNKNOWN,
        rule.fault if rule else Fault.UNCLASSIFIED,
        http_status=answer.status,
        error=_error(answer.status, text),
        retry_after=retry_after,
        answer=_kept(answer.status, text),
    )


def _accepted(
    definition: Definition, answer: Answer, redactor: Redactor
) -> Outcome:
    return Outcome(
        Result.ACCEPTED,
        provider_message_id=_message_id(definition, answer),
        http_status=answer.status,
        answer=_kept(answer.status, redactor.clean(answer.text)),
    )


def _applies(rule: Rule, answer: Answer) -> bool:
    return (
        _has_status(rule.status, answer)
        and _has_values(rule.body, answer)
        and (rule.text is None or rule.text.search(answer.text) is not None)
    )


def _is_success(definition: Definition, answer: Answer) -> bool:
    """The status promises; a body that can be read must keep it.

    Where the definition says what the body holds, a page instead of JSON
    is no success: it comes from a proxy or from a wrong base_url, and
    would mark a whole campaign as sent that never left.
    """
    success = definition.success
    if not _has_status(success.status, answer):
        return False
    if answer.body is Body.CUT and success.body:
        return success.unreadable == "ACCEPTED"
    return _has_values(success.body, answer)


def _has_status(patterns: Iterable[str], answer: Answer) -> bool:
    status = str(answer.status)
    return any(
        pattern == status or pattern == f"{status[0]}xx"
        for pattern in patterns
    )


def _has_values(expected: Mapping[str, object], answer: Answer) -> bool:
    found = {path: _at(answer.value, path) for path in expected}
    # 1 and true are equal to Python and not to a gateway
    return all(
        found[path] == value and type(found[path]) is type(value)
        for path, value in expected.items()
    )


def _at(value: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    """The value at a dotted path such as ``messages.0.id``, else None."""
    for key in path.split("."):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal():
            value = value[int(key)] if int(key) < len(value) else None
        else:
            return None
    return value


def _message_id(definition: Definition, answer: Answer) -> str | None:
    if definition.message_id is None:
        return None
    found = _at(answer.value, definition.message_id)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    text = str(found)
    # an id is stored and looked up: no other text may pass for one
    is_id = 0 < len(text) <= LONGEST_ID and text.isascii()
    return text if is_id and text.isprintable() else None


def _error(status: int, text: str) -> str:
    shown = " ".join(text.split())
    if len(shown) > SHOWN_CHARACTERS:
        shown = shown[:SHOWN_CHARACTERS] + "..."
    return f"HTTP {status}: {shown}" if shown else f"HTTP {status}, no body"


def _kept(status: int, text: str) -> Mapping[str, object]:
    return {"status": status, "body": text[:KEPT_CHARACTERS]}
