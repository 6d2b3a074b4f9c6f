"""Our requests against GOWA's own description of its interface."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from dispatcher.domain import Message, Result
from tests.dispatcher.gateways.gateway_server import (
    IMAGE_URL,
    Seen,
    Server,
    device,
    gowa,
    message,
)

SPEC = Path(__file__).parent / "specs" / "gowa.json"
MESSAGES = {
    "/send/message": message("Hello"),
    "/send/image": message("a", message_type="image", media_url=IMAGE_URL),
    "/send/video": message("a", message_type="video", media_url=IMAGE_URL),
    "/send/file": message("a", message_type="document", media_url=IMAGE_URL),
    "/send/audio": message("", message_type="audio", media_url=IMAGE_URL),
}


@dataclass
class SpecRequest:
    """One request in the form that openapi-core reads."""

    seen: Seen
    host_url: str = "http://localhost:3000"
    parameters: RequestParameters = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(), header=Headers(self.seen.headers)
        )

    @property
    def path(self) -> str:
        return self.seen.raw_path

    @property
    def method(self) -> str:
        return self.seen.method.lower()

    @property
    def body(self) -> bytes:
        return self.seen.body

    @property
    def content_type(self) -> str:
        return self.seen.headers["Content-Type"]


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SPEC.read_text())
    return loaded


async def request_for(message: Message) -> Seen:
    async with Server() as server, gowa(server.base_url) as gateway:
        outcome = await gateway.send(device(), message)
    assert outcome.result is Result.ACCEPTED
    (seen,) = server.seen
    return seen


@pytest.mark.parametrize("path", MESSAGES)
async def test_request_fits_the_description(
    spec: dict[str, Any], path: str
) -> None:
    seen = await request_for(MESSAGES[path])
    openapi = OpenAPI.from_dict(spec, config=Config(spec_validator_cls=None))
    result = openapi.unmarshal_request(SpecRequest(seen))
    assert result.errors == []
    # the description requires no field and no header, so we do
    content = spec["paths"][path]["post"]["requestBody"]["content"]
    media_type = seen.headers["Content-Type"].split(";")[0]
    assert isinstance(result.body, dict)
    assert "phone" in result.body
    assert result.body.keys() <= (
        content[media_type]["schema"]["properties"].keys()
    )
    assert seen.headers["X-Device-Id"]


async def test_the_description_would_refuse_a_wrong_request(
    spec: dict[str, Any],
) -> None:
    seen = await request_for(MESSAGES["/send/message"])
    seen.body = b'{"phone": 60111000001}'
    openapi = OpenAPI.from_dict(spec, config=Config(spec_validator_cls=None))
    assert openapi.unmarshal_request(SpecRequest(seen)).errors
