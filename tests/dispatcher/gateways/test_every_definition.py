"""What every definition must do, however its gateway misbehaves.

A new file beside the built-in ones is tested here without another word.
"""

import asyncio
import json
import logging
import socket
import struct
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from uuid import UUID

import pytest

from dispatcher.domain import DeviceState, Fault, Outcome, Result
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.examples import Example
from dispatcher.gateways.http import HttpGateway
from dispatcher.gateways.loading import differences
from dispatcher.gateways.redact import basic_pair
from dispatcher.gateways.values import Setup
from tests.dispatcher.gateways.built_in import (
    ADDRESS,
    DEFINITIONS,
    NAMES,
    SECRETS,
    accepted,
    gateway,
    message_of,
    messages,
)
from tests.dispatcher.gateways.gateway_server import (
    RawHandler,
    Seen,
    Server,
    device,
    raw_server,
    read_request,
)

NOT_SENT = (Result.NOT_SENT, Fault.GATEWAY_UNAVAILABLE)
GONE = (Result.UNKNOWN, Fault.GATEWAY_UNAVAILABLE)
UNKNOWN = (Result.UNKNOWN, Fault.UNCLASSIFIED)
PAGE = "<!doctype html><html><title>Log in</title></html>"
BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>"
    "\r\n</body>\r\n</html>\r\n"
)
EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{number}")
    for name, definition in DEFINITIONS.items()
    for number, example in enumerate(definition.examples)
]


async def sent(name: str, base_url: str, *, seconds: float = 5) -> Outcome:
    """What becomes of a definition's first kind of message."""
    first = messages(DEFINITIONS[name])[0]
    async with (
        asyncio.timeout(20),
        gateway(name, base_url, timeout_seconds=seconds) as opened,
    ):
        outcome = await opened.send(device(ADDRESS), first)
    assert_no_secret(repr(outcome))
    return outcome


def kind(outcome: Outcome) -> tuple[Result, Fault | None]:
    return outcome.result, outcome.fault


def assert_no_secret(text: str) -> None:
    """All of them begin alike; the pair of Basic is written otherwise."""
    assert "hunter2" not in text
    username, password = SECRETS["username"], SECRETS["password"]
    assert basic_pair(username, password) not in text


def unreadable(name: str, status: int) -> tuple[Result, Fault | None]:
    """What a definition says of an answer that is empty or breaks off."""
    trusted = any(
        str(status) in success.status and success.unreadable == "ACCEPTED"
        for success in DEFINITIONS[name].success
    ) or (name == "gowa" and status // 100 == 2)
    return (Result.ACCEPTED, None) if trusted else UNKNOWN


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
async def test_every_answer_is_read_as_the_definition_says(
    name: str, example: Example
) -> None:
    definition = DEFINITIONS[name]
    first = messages(definition)[0]
    async with (
        Server(example.http, example.text()) as server,
        gateway(name, server.base_url) as opened,
    ):
        if example.to == "send":
            outcome = await opened.send(device(ADDRESS), first)
            assert outcome.result.name == example.outcome
            assert outcome.fault == example.fault
            assert outcome.provider_message_id == example.message_id
        elif example.to == "status":
            status = await opened.status(device(ADDRESS))
            assert status is not None
            assert status.state is example.state
        elif example.to == "check_number":
            check = await opened.check_number(device(), first.recipient_phone)
            assert check is not None
            assert check.exists is example.exists
        else:
            found = await opened.look_up(device(ADDRESS), first.message_id)
            assert found is not None
            assert found.result.name == example.outcome
            assert found.provider_message_id == example.message_id
    assert len(server.seen) == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_an_answer_that_it_decides(name: str) -> None:
    """Taking a rule away must be seen by an example."""
    definition = DEFINITIONS[name]
    for number in range(len(definition.errors)):
        rest = definition.errors[:number] + definition.errors[number + 1 :]
        poorer = definition.model_copy(update={"errors": rest})
        assert not holds(poorer), f"no example needs errors.{number}"


def holds(definition: Definition) -> bool:
    return not any(
        list(differences(definition, example))
        for example in definition.examples
    )


@pytest.mark.parametrize("name", NAMES)
async def test_success_means_accepted_for_every_kind_of_message(
    name: str,
) -> None:
    example = accepted(name)
    for each in messages(DEFINITIONS[name]):
        async with (
            Server(example.http, example.text()) as server,
            gateway(name, server.base_url) as opened,
        ):
            outcome = await opened.send(device(ADDRESS), each)
        assert kind(outcome) == (Result.ACCEPTED, None)
        (seen,) = server.seen
        whole = seen.raw_path.encode() + seen.body
        assert each.recipient_phone.encode() in whole


@pytest.mark.parametrize("name", NAMES)
async def test_a_page_is_no_success(name: str) -> None:
    for status in (200, 201, 202):
        async with Server(status, PAGE, {"Content-Type": "text/html"}) as it:
            assert kind(await sent(name, it.base_url)) == UNKNOWN


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", [BAD_GATEWAY, "", '{"message": "busy"}'])
async def test_a_proxy_without_its_gateway_is_the_gateways_fault(
    name: str, body: str
) -> None:
    """What it had passed on may have been taken: that stays unknown."""
    for status in (502, 503, 504, 522):
        async with Server(status, body, {"Retry-After": "90"}) as proxy:
            outcome = await sent(name, proxy.base_url)
            async with gateway(name, proxy.base_url) as opened:
                seen = await opened.status(device(ADDRESS))
                found = await opened.look_up(device(ADDRESS), UUID(int=3))
        assert kind(outcome) == GONE
        assert outcome.retry_after == 90
        if seen is not None:
            assert (seen.state, seen.is_silent) == (DeviceState.UNKNOWN, True)
        if found is not None:
            assert (found.result, found.fault) == GONE


@pytest.mark.parametrize("name", NAMES)
async def test_another_fault_of_a_server_is_nobodys(name: str) -> None:
    for status in (500, 501, 505, 530):
        async with Server(status, PAGE) as server:
            assert kind(await sent(name, server.base_url)) == UNKNOWN
            async with gateway(name, server.base_url) as opened:
                seen = await opened.status(device(ADDRESS))
        assert seen is None or not seen.is_silent


@pytest.mark.parametrize("name", NAMES)
async def test_the_content_type_does_not_matter(name: str) -> None:
    example = accepted(name)
    headers = {"Content-Type": "text/html; charset=latin-1"}
    async with Server(example.http, example.text(), headers) as server:
        outcome = await sent(name, server.base_url)
    assert kind(outcome) == (Result.ACCEPTED, None)
    assert outcome.provider_message_id == example.message_id


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [0, 9])
async def test_a_success_that_is_empty_or_breaks_off(
    name: str, length: int
) -> None:
    example = accepted(name)
    async with Server(example.http, example.text()[:length]) as server:
        outcome = await sent(name, server.base_url)
    assert kind(outcome) == unreadable(name, example.http)


@pytest.mark.parametrize("name", NAMES)
async def test_a_redirect_is_not_followed(name: str) -> None:
    async with Server() as target:
        for status in (301, 302, 307, 308):
            location = {"Location": f"{target.base_url}/x"}
            async with Server(status, "", location) as server:
                assert kind(await sent(name, server.base_url)) == UNKNOWN
        assert target.seen == []


@pytest.mark.parametrize("name", NAMES)
async def test_ten_megabytes_are_no_answer_of_a_gateway(name: str) -> None:
    """Also when they begin as a success does."""
    example = accepted(name)
    size = 10_000_000
    written = 0

    async def flood(reader: Reader, writer: Writer) -> None:
        nonlocal written
        await read_request(reader)
        head = f"HTTP/1.1 {example.http} OK\r\nContent-Length: {size}\r\n\r\n"
        writer.write(head.encode() + example.text()[:-1].encode())
        while written < size:
            writer.write(b" " * 10_000)
            written += 10_000
            await writer.drain()

    async with raw_server(flood) as base_url:
        outcome = await sent(name, base_url)
    assert kind(outcome) == UNKNOWN
    assert written < size
    assert len(str(outcome.answer["body"])) <= 2000


async def slow_head(reader: Reader, writer: Writer) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-A: b\r\n")
        await asyncio.sleep(0.02)


async def reset_at_once(_reader: Reader, writer: Writer) -> None:
    reset(writer)


async def reset_after_the_request(reader: Reader, writer: Writer) -> None:
    await read_request(reader)
    reset(writer)


def reset(writer: Writer) -> None:
    """Closing with nothing to linger for sends RST instead of FIN."""
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    writer.transport.abort()


async def silence(reader: Reader, _writer: Writer) -> None:
    await read_request(reader)
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    "handler", [slow_head, reset_at_once, reset_after_the_request, silence]
)
async def test_once_connected_no_answer_is_unknown(
    handler: RawHandler,
) -> None:
    """All definitions at once: they only wait."""
    async with raw_server(handler) as base_url:
        outcomes = await asyncio.gather(
            *(sent(name, base_url, seconds=2) for name in NAMES)
        )
    found = dict(zip(NAMES, map(kind, outcomes), strict=True))
    assert found == dict.fromkeys(NAMES, GONE)


async def test_a_body_that_drips_is_judged_as_far_as_it_came() -> None:
    found = await asyncio.gather(*map(dripped, NAMES))
    assert dict(zip(NAMES, map(kind, found), strict=True)) == {
        name: unreadable(name, accepted(name).http) for name in NAMES
    }


async def dripped(name: str) -> Outcome:
    example = accepted(name)

    async def drip(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        head = f"HTTP/1.1 {example.http} OK\r\nContent-Length: 9000\r\n\r\n"
        writer.write(head.encode())
        for character in example.text()[:-1]:
            writer.write(character.encode())
            await asyncio.sleep(0.05)
        await asyncio.sleep(60)

    async with raw_server(drip) as base_url:
        return await sent(name, base_url, seconds=2)


@pytest.mark.parametrize("name", NAMES)
async def test_without_a_connection_nothing_left(name: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        refused = await sent(name, f"http://127.0.0.1:{port}")
    assert kind(refused) == NOT_SENT
    async with Server() as server:
        plain = server.base_url.replace("http:", "https:")
        assert kind(await sent(name, plain)) == NOT_SENT
    assert server.seen == []


@pytest.mark.parametrize("name", NAMES)
async def test_an_echo_of_our_request_shows_no_secret(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Server() as server:
        await sent(name, server.base_url)
    (seen,) = server.seen
    pair = basic_pair(SECRETS["username"], SECRETS["password"])
    assert "hunter2" in as_text(seen) or pair in as_text(seen)
    for body in (json.dumps(seen.headers), as_text(seen)):
        with caplog.at_level(logging.DEBUG):
            async with Server(500, body) as server:
                outcome = await sent(name, server.base_url)
        assert outcome.result is not Result.ACCEPTED
    assert_no_secret(caplog.text)


def as_text(seen: Seen) -> str:
    lines = [f"{name}: {value}" for name, value in seen.headers.items()]
    return "\n".join([seen.raw_path, *lines, seen.body.decode()])


@pytest.mark.parametrize("name", NAMES)
async def test_without_its_secrets_nothing_is_sent(name: str) -> None:
    definition = DEFINITIONS[name]
    used = [
        p for each in definition.all_requests() for p in each.placeholders()
    ]
    used += [
        p for each in definition.headers.values() for p in each.placeholders()
    ]
    needed = {
        placeholder.name
        for placeholder in used
        if placeholder.name.startswith("credential.")
        and not placeholder.optional
    }
    if not needed and definition.auth != "basic":
        pytest.skip("it asks for none")
    async with (
        Server() as server,
        HttpGateway(
            definition,
            base_url=server.base_url,
            setup=Setup(settings={"account_sid": "AC0"}),
        ) as opened,
    ):
        outcome = await opened.send(
            device(ADDRESS), message_of(definition, "text")
        )
    assert kind(outcome) == (Result.NOT_SENT, Fault.DEVICE_CONFIG)
    assert outcome.error is not None
    assert "is missing" in outcome.error
    assert server.seen == []


@pytest.mark.parametrize("name", NAMES)
def test_every_definition_shows_a_success_and_a_failure(name: str) -> None:
    outcomes = {
        example.outcome
        for example in DEFINITIONS[name].examples
        if example.to == "send"
    }
    assert outcomes == {"ACCEPTED", "NOT_SENT", "UNKNOWN"}
