"""What an answer holds, whatever it is written in; no input or output."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

LONGEST_BODY = 64 * 1024


class Body(Enum):
    """What can be said about a body before its content is looked at."""

    READ = auto()
    CUT = auto()  # empty, or it stops in the middle
    FOREIGN = auto()  # a page, or too long: another server's answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    text: str
    body: Body
    value: Any  # what could be read of it
    retry_after: float | None  # seconds, as the header says
    answered_at: float | None = None  # seconds since the epoch


def read(
    status: int,
    raw: bytes,
    retry_after: float | None,
    form: str = "json",
    answered_at: float | None = None,
) -> Answer:
    """Parse as much of an answer as there is."""
    text = raw[:LONGEST_BODY].decode("utf-8-sig", errors="replace")
    if len(raw) > LONGEST_BODY:
        found: tuple[Body, Any] = Body.FOREIGN, None
    else:
        found = READERS[form](text)
    return Answer(status, text, *found, retry_after, answered_at)


def _json(text: str) -> tuple[Body, Any]:
    try:
        return Body.READ, json.loads(text)
    except (ValueError, RecursionError):
        is_cut = text.lstrip()[:1] in {"", "{", "["}
        return Body.CUT if is_cut else Body.FOREIGN, None


def _xml(text: str) -> tuple[Body, Any]:
    """As nested keys, the root's name first; no entity is expanded."""
    try:
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        return Body.FOREIGN, None
    except (ParseError, ValueError):
        start = text.lstrip()[:14].lower()
        is_page = start.startswith(("<!doctype", "<html"))
        is_cut = start[:1] in {"", "<"} and not is_page
        return Body.CUT if is_cut else Body.FOREIGN, None
    return Body.READ, {_name(root): _element(root)}


def _name(element: Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2]


def _element(element: Element) -> Any:  # noqa: ANN401 - text or keys
    text = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return text
    keys: dict[str, Any] = {f"@{k}": v for k, v in element.attrib.items()}
    for child in element:
        name, value = _name(child), _element(child)
        if name in keys:
            before = keys[name]
            value = [
                *(before if isinstance(before, list) else [before]),
                value,
            ]
        keys[name] = value
    return keys | ({"#text": text} if text else {})


def _text(text: str) -> tuple[Body, Any]:
    return Body.READ if text.strip() else Body.CUT, None


READERS: dict[str, Callable[[str], tuple[Body, Any]]] = {
    "json": _json,
    "xml": _xml,
    "text": _text,
}


def values_at(value: Any, path: str) -> Iterator[Any]:  # noqa: ANN401 - any JSON
    """The values at a path such as ``messages.0.id`` or ``ids.*``."""
    key, _, rest = path.partition(".")
    for child in _children(value, key):
        if rest:
            yield from values_at(child, rest)
        else:
            yield child


def _children(value: Any, key: str) -> Iterator[Any]:  # noqa: ANN401
    if key == "*" and isinstance(value, dict | list):
        yield from value.values() if isinstance(value, dict) else value
    elif isinstance(value, dict) and key in value:
        yield value[key]
    elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        yield value[int(key)]
