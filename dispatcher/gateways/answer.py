"""From a gateway's answer to an outcome; no input or output."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from dispatcher.domain import (
    DeviceState,
    DeviceStatus,
    Fault,
    LookUp,
    NumberCheck,
    Outcome,
    Result,
)
from dispatcher.gateways.body import Answer, Body, values_at
from dispatcher.gateways.definition import Definition, LookUpQuestion
from dispatcher.gateways.matching import (
    IdRule,
    Match,
    NumberRule,
    Rule,
    Scalar,
    StateRule,
    Success,
)
from dispatcher.gateways.redact import Redactor
from dispatcher.gateways.retry_after import seconds_to_wait
from dispatcher.gateways.template import Values

KEPT_CHARACTERS = 2000  # of the body, in the ledger
SHOWN_CHARACTERS = 200  # of the body, in the error
LONGEST_ID = 255
# What a proxy says whose gateway did not answer, or not in time; from 520 on
# they are Cloudflare's. What it had passed on may have been taken.
NO_GATEWAY = {502, 503, 504, *range(520, 527)}

AnyRule = TypeVar("AnyRule", bound=Match)


def classify(
    definition: Definition,
    answer: Answer,
    redactor: Redactor,
    values: Values | None = None,
) -> Outcome:
    """Read an answer as its definition says; what fits nothing is unknown.

    ``values`` are those of the request, for an id that we gave.
    """
    rule = _first(definition.errors, answer)
    if rule is None and _is_success(definition.success, answer):
        return Outcome(
            Result.ACCEPTED,
            provider_message_id=_message_id(
                definition.message_id, answer, values or {}
            ),
            http_status=answer.status,
            answer=_kept(answer.status, redactor.clean(answer.text)),
        )
    text = redactor.clean(answer.text)
    return Outcome(
        Result[rule.outcome] if rule else Result.UNKNOWN,
        rule.fault if rule else _unread(answer),
        http_status=answer.status,
        error=_shown(answer.status, text),
        retry_after=_retry_after(rule, answer),
        is_of_gateway=rule is not None and rule.scope == "gateway",
        answer=_kept(answer.status, text),
    )


def _unread(answer: Answer) -> Fault:
    """Whose fault an answer is that no rule reads."""
    if answer.status in NO_GATEWAY:
        return Fault.GATEWAY_UNAVAILABLE
    return Fault.UNCLASSIFIED


def _retry_after(rule: Rule | None, answer: Answer) -> float | None:
    """Seconds that the gateway asks for, by its header or as the rule says."""
    if answer.retry_after is not None or rule is None:
        return answer.retry_after
    if not isinstance(rule.retry_after, str):
        return rule.retry_after
    found = (
        seconds
        for value in values_at(answer.value, rule.retry_after)
        if (seconds := seconds_to_wait(value, answer.answered_at)) is not None
    )
    return next(found, None)


def read_state(
    rules: Sequence[StateRule], answer: Answer, redactor: Redactor
) -> DeviceStatus:
    """What a device's gateway says of it."""
    rule = _first(rules, answer)
    return DeviceStatus(
        rule.state if rule else DeviceState.UNKNOWN,
        _shown(answer.status, redactor.clean(answer.text)),
        is_silent=rule is None and answer.status in NO_GATEWAY,
    )


def read_number(
    rules: Sequence[NumberRule], answer: Answer, redactor: Redactor
) -> NumberCheck:
    """What a gateway says of a number."""
    rule = _first(rules, answer)
    return NumberCheck(
        rule.exists if rule else None,
        _shown(answer.status, redactor.clean(answer.text)),
    )


def read_look_up(
    question: LookUpQuestion,
    answer: Answer,
    redactor: Redactor,
    values: Values,
) -> LookUp:
    """What a gateway says of a message."""
    rule = _first(question.answers, answer)
    shown = _shown(answer.status, redactor.clean(answer.text))
    if rule is None:
        return LookUp(Result.UNKNOWN, _unread(answer), detail=shown)
    is_accepted = rule.outcome == "ACCEPTED"
    return LookUp(
        Result[rule.outcome],
        rule.fault,
        _message_id(question.message_id, answer, values)
        if is_accepted
        else None,
        shown,
    )


def _first(rules: Iterable[AnyRule], answer: Answer) -> AnyRule | None:
    return next((rule for rule in rules if _applies(rule, answer)), None)


def _applies(rule: Match, answer: Answer) -> bool:
    return (
        _has_status(rule.status, answer)
        and _has_values(rule.body, answer)
        and _has_texts(rule.matches, answer)
        and (rule.text is None or rule.text.search(answer.text) is not None)
    )


def _is_success(successes: Iterable[Success], answer: Answer) -> bool:
    """The status promises; a body that can be read must keep it.

    Where the definition says what the body holds, a page instead of JSON
    is no success: it comes from a proxy or from a wrong base_url, and
    would mark a whole campaign as sent that never left.
    """
    return any(
        _has_status(success.status, answer) and _is_kept(success, answer)
        for success in successes
    )


def _is_kept(success: Success, answer: Answer) -> bool:
    """Whether the body is what the status promised."""
    if success.any_body or answer.body is Body.READ:
        return _applies(success, answer)
    return answer.body is Body.CUT and success.unreadable == "ACCEPTED"


def _has_status(patterns: Iterable[str], answer: Answer) -> bool:
    return not _patterns_of(answer.status).isdisjoint(patterns)


@cache
def _patterns_of(status: int) -> frozenset[str]:
    """What a definition may call a status; there are few of them."""
    return frozenset((str(status), f"{str(status)[0]}xx"))


def _has_values(
    expected: Mapping[str, Scalar | list[Scalar]], answer: Answer
) -> bool:
    return all(
        any(
            _is_same(found, value)
            for found in values_at(answer.value, path)
            for value in (wanted if isinstance(wanted, list) else [wanted])
        )
        for path, wanted in expected.items()
    )


def _is_same(found: object, value: Scalar) -> bool:
    # 1 and true are equal to Python and not to a gateway
    return found == value and type(found) is type(value)


def _has_texts(
    expected: Mapping[str, re.Pattern[str]], answer: Answer
) -> bool:
    return all(
        any(
            pattern.search(text) is not None
            for found in values_at(answer.value, path)
            if (text := _as_text(found)) is not None
        )
        for path, pattern in expected.items()
    )


def _as_text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value)


def _message_id(
    rules: Iterable[IdRule], answer: Answer, values: Values
) -> str | None:
    """The first id that the rules find; none is better than a wrong one."""
    found = (
        text
        for rule in rules
        for text in _ids(rule, answer, values)
        # an id is stored and looked up: no other text may pass for one
        if 0 < len(text) <= LONGEST_ID
        and text.isascii()
        and text.isprintable()
    )
    return next(found, None)


def _ids(rule: IdRule, answer: Answer, values: Values) -> Iterable[str]:
    if rule.sent is not None:
        return [rule.sent.render(values) or ""]
    places = values_at(answer.value, rule.path) if rule.path else [answer.text]
    texts = [
        str(place)
        for place in places
        if isinstance(place, str | int) and not isinstance(place, bool)
    ]
    if rule.pattern is None:
        return texts
    matches = [match for text in texts if (match := rule.pattern.search(text))]
    return [match[1 if match.re.groups else 0] or "" for match in matches]


def _shown(status: int, text: str) -> str:
    shown = " ".join(text.split())
    if len(shown) > SHOWN_CHARACTERS:
        shown = shown[:SHOWN_CHARACTERS] + "..."
    return f"HTTP {status}: {shown}" if shown else f"HTTP {status}, no body"


def _kept(status: int, text: str) -> Mapping[str, object]:
    return {"status": status, "body": text[:KEPT_CHARACTERS]}
