"""Our requests against the gateways' own descriptions of their interfaces."""

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from dispatcher.domain import Message
from tests.dispatcher.gateways.built_in import (
    ADDRESS,
    DEFINITIONS,
    EXTENSIONS,
    TEMPLATE,
    gateway,
    message_of,
)
from tests.dispatcher.gateways.gateway_server import Seen, Server, device

SPECS = {
    "gowa": "gowa",
    "twilio": "twilio",
    "meta_cloud": "meta",
    "sms_gateway_android": "android-sms-gateway",
}
# where the API takes what its description forgets
UNDESCRIBED = {"meta_cloud": {"biz_opaque_callback_data"}}
HERE = Path(__file__).parent / "specs"
TEXT = TEMPLATE.body.replace("{{1}}", "Ann").replace("{{2}}", "Monday")


def messages(name: str) -> dict[str, Message]:
    """One of each kind, with a caption where it can carry one."""
    definition = DEFINITIONS[name]
    found: dict[str, Message] = {
        kind: message_of(definition, kind) for kind in definition.requests
    }
    for kind in definition.templates:
        whole = message_of(definition, kind, TEXT)
        found[f"template {kind}"] = replace(whole, content=TEXT)
    return found


CASES = [(name, kind) for name in SPECS for kind in messages(name)]
QUESTIONS = [
    (name, question)
    for name in SPECS
    for question in ("status", "check_number", "look_up")
    if getattr(DEFINITIONS[name], question) is not None
]


@dataclass
class SpecRequest:
    """One request in the form that openapi-core reads."""

    seen: Seen
    host_url: str
    parameters: RequestParameters = field(init=False)

    def __post_init__(self) -> None:
        query = parse_qsl(urlsplit(self.seen.raw_path).query)
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(query), header=Headers(self.seen.headers)
        )

    @property
    def path(self) -> str:
        return urlsplit(self.seen.raw_path).path

    @property
    def method(self) -> str:
        return self.seen.method.lower()

    @property
    def body(self) -> bytes | None:
        return self.seen.body or None

    @property
    def content_type(self) -> str:
        return self.seen.headers.get("Content-Type", "")


@cache
def spec(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (HERE / f"{SPECS[name]}.json").read_text()
    )
    loaded["servers"] = [{"url": "http://gateway.test"}]
    for path in loaded["paths"].values():
        path.pop("servers", None)
    if name == "meta_cloud":
        _open_parts(loaded["components"]["schemas"])
    return loaded


def _open_parts(node: Any) -> None:
    """Closed parts inside an allOf refuse each other, as Meta wrote them."""
    if isinstance(node, dict):
        node.pop("additionalProperties", None)
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            _open_parts(child)


def errors(name: str, seen: Seen) -> list[Any]:
    """What the gateway's description says against a request."""
    openapi = OpenAPI.from_dict(
        spec(name),
        config=Config(spec_validator_cls=None),
    )
    request = SpecRequest(seen, "http://gateway.test")
    return list(openapi.iter_request_errors(request))


async def request_for(name: str, message: Message) -> Seen:
    async with Server() as server, gateway(name, server.base_url) as opened:
        await opened.send(device(ADDRESS), message)
    (seen,) = server.seen
    return described(name, seen)


def described(name: str, seen: Seen) -> Seen:
    """Without the fields that the description forgets."""
    extra = UNDESCRIBED.get(name, set())
    if not extra or not seen.body:
        return seen
    body = json.loads(seen.body)
    assert extra <= body.keys()
    rest = {key: body[key] for key in body.keys() - extra}
    return replace(seen, body=json.dumps(rest).encode())


@pytest.mark.parametrize(("name", "kind"), CASES)
async def test_request_fits_the_description(name: str, kind: str) -> None:
    seen = await request_for(name, messages(name)[kind])
    assert errors(name, seen) == []


@pytest.mark.parametrize(("name", "kind"), CASES)
async def test_request_names_no_field_of_its_own(name: str, kind: str) -> None:
    """A description that closes no schema would let a misspelling pass."""
    seen = await request_for(name, messages(name)[kind])
    closed = deepcopy(spec(name))
    path = next(
        each
        for each in closed["paths"]
        if len(each.split("/")) == len(urlsplit(seen.raw_path).path.split("/"))
        and each.split("/")[-1] == urlsplit(seen.raw_path).path.split("/")[-1]
    )
    content = closed["paths"][path]["post"]["requestBody"]["content"]
    media_type = seen.headers["Content-Type"].split(";")[0]
    assert media_type in content
    known = properties(closed, content[media_type]["schema"])
    assert top_level(seen) <= known


def properties(whole: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """Every field that some branch of a schema knows."""
    if "$ref" in schema:
        target: Any = whole
        for key in schema["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        return properties(whole, target)
    found = set(schema.get("properties", {}))
    for branch in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(branch, []):
            found |= properties(whole, part)
    return found


def top_level(seen: Seen) -> set[str]:
    kind = seen.headers["Content-Type"].split(";")[0]
    if kind == "application/json":
        return set(json.loads(seen.body))
    if kind == "application/x-www-form-urlencoded":
        return {name for name, _ in parse_qsl(seen.body.decode())}
    return {
        line.split('name="')[1].split('"')[0]
        for line in seen.body.decode().splitlines()
        if line.startswith("Content-Disposition")
    }


@pytest.mark.parametrize(("name", "question"), QUESTIONS)
async def test_question_fits_the_description(name: str, question: str) -> None:
    message = message_of(DEFINITIONS[name], "text")
    async with Server() as server, gateway(name, server.base_url) as opened:
        if question == "status":
            await opened.status(device(ADDRESS))
        elif question == "check_number":
            await opened.check_number(device(), message.recipient_phone)
        else:
            await opened.look_up(device(ADDRESS), message.message_id)
    (seen,) = server.seen
    assert errors(name, seen) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("gowa", b'"60111000001"', b"60111000001"),
        ("meta_cloud", b'"recipient_type": "individual"', b'"x": "y"'),
        ("meta_cloud", b'"type": "text"', b'"type": "txt"'),
        ("sms_gateway_android", b'["+60111000001"]', b'"+60111000001"'),
        ("twilio", b"To=", b"Too="),
    ],
)
async def test_the_description_would_refuse_a_wrong_request(
    name: str, old: bytes, new: bytes
) -> None:
    seen = await request_for(name, message_of(DEFINITIONS[name], "text"))
    assert old in seen.body
    broken = replace(seen, body=seen.body.replace(old, new))
    assert errors(name, broken)


async def test_gowa_is_told_what_its_description_does_not_demand() -> None:
    """It requires no field and no header."""
    for kind in ("text", *EXTENSIONS):
        seen = await request_for("gowa", message_of(DEFINITIONS["gowa"], kind))
        assert "phone" in top_level(seen)
        assert seen.headers["X-Device-Id"] == ADDRESS
