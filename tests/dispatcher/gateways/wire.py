"""A request taken apart by other code than ours: each value at its place."""

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.dispatcher.gateways.gateway_server import Seen

# what the client adds by itself
OF_THE_CLIENT = {"content-length", "content-type", "host", "accept-encoding"}


def leaves(seen: Seen) -> dict[str, object]:
    """Place -> value, of everything that a request carries."""
    url = urlsplit(seen.raw_path)
    found: dict[str, object] = {"method": seen.method}
    for number, segment in enumerate(url.path.split("/")):
        found[f"path.{number}"] = unquote(segment)
    found |= _pairs("query", url.query)
    found |= {
        f"header.{name.lower()}": value
        for name, value in seen.headers.items()
        if name.lower() not in OF_THE_CLIENT
    }
    return found | _body(seen)


def _body(seen: Seen) -> dict[str, object]:
    kind = seen.headers.get("Content-Type", "").split(";")[0]
    if kind == "application/json":
        return _json("json", json.loads(seen.body))
    if kind == "application/x-www-form-urlencoded":
        return _pairs("form", seen.body.decode("ascii"))
    if kind == "multipart/form-data":
        return _parts(seen)
    assert seen.body == b""
    return {}


def _pairs(place: str, text: str) -> dict[str, object]:
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))
    assert len(dict(pairs)) == len(pairs)
    return {f"{place}.{name}": value for name, value in pairs}


def _json(place: str, value: Any) -> dict[str, object]:
    if not isinstance(value, dict | list):
        return {place: value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found: dict[str, object] = {}
    for key, child in items:
        found |= _json(f"{place}.{key}", child)
    return found


def _parts(seen: Seen) -> dict[str, object]:
    head = f"Content-Type: {seen.headers['Content-Type']}\r\n\r\n".encode()
    parsed = message_from_bytes(head + seen.body, policy=policy.HTTP)
    assert isinstance(parsed, EmailMessage)
    found: dict[str, object] = {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        assert part.get_filename() is None
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        assert f"part.{name}" not in found
        found[f"part.{name}"] = payload.decode()
    return found
