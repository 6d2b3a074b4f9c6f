"""No value becomes syntax, and none stands in another's place.

A request with plain values is compared with one in which a single value was
made hostile: that value alone may differ, and by every byte as stored.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatcher.domain import Fault, Message, Outcome, Result
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.http import HttpGateway
from dispatcher.gateways.request import Objection, Rendered, build
from tests.dispatcher.gateways.built_in import (
    DEFINITIONS,
    NAMES,
    accepted,
    gateway,
    message_of,
)
from tests.dispatcher.gateways.gateway_server import Seen, Server, device
from tests.dispatcher.gateways.wire import leaves

MARK = "MARKMARKMARK"
KINDS = [
    pytest.param(name, kind, id=f"{name}-{kind}")
    for name in NAMES
    for kind in DEFINITIONS[name].requests
]
HOSTILE = {
    "quotes": 'a "quoted\\" text\',"phone":"60999999999"}',
    "braces": "{phone} {text} {{device}} {media_url?} ${PASSWORD} {{1}}",
    "lines": "one\r\ntwo\nthree\r\n\r\n--boundary\r\n\ttab\x0b\x0c",
    "part": '\r\nContent-Disposition: form-data; name="phone"\r\n\r\n60999',
    "emoji": "héllo 👩‍👩‍👧‍👦 مرحبا \u202eabc\u202c \u2028\ufeff",
    "form": "a=b&phone=60999999999&c=%00+%2B;d #e ?f",
    "xml": "<b>&amp;]]></b><!-- ${jndi:ldap://x} -->",
    "controls": "".join(map(chr, [*range(1, 32), 127, 133])),
}
texts = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from("\"'{}[]\\\r\n\t&=+%#?<>|;:،م🙂\u202e"),
    min_size=1,
    max_size=300,
).filter(str.strip)


class Talk:
    """A server and a gateway for each definition, open for all tests."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._open: dict[str, tuple[Server, HttpGateway]] = {}

    def exchange(
        self, name: str, message: Message, address: str = "60123456789"
    ) -> tuple[list[Seen], Outcome]:
        """What arrives of a message, and what becomes of it."""
        server, opened = self._open.get(name) or self._opened(name)
        server.seen.clear()
        outcome = self._runner.run(opened.send(device(address), message))
        return list(server.seen), outcome

    def _opened(self, name: str) -> tuple[Server, HttpGateway]:
        answer = accepted(name)
        server = Server(answer.http, answer.text())
        self._runner.run(server.__aenter__())
        opened = gateway(name, server.base_url)
        self._runner.run(opened.open())
        self._open[name] = (server, opened)
        return self._open[name]

    def close(self) -> None:
        for server, opened in self._open.values():
            self._runner.run(opened.close())
            self._runner.run(server.__aexit__())


@pytest.fixture(scope="module")
def talk() -> Iterator[Talk]:
    with asyncio.Runner() as runner:
        talk = Talk(runner)
        yield talk
        talk.close()


def assert_text_arrives(talk: Talk, name: str, kind: str, text: str) -> None:
    plain = message_of(DEFINITIONS[name], kind, MARK)
    if not plain.content:
        return  # this kind carries no text
    hostile = replace(plain, content=text)
    (baseline,), _ = talk.exchange(name, plain)
    seen, outcome = talk.exchange(name, hostile)
    longest = next(
        request.longest_text
        for each, request in DEFINITIONS[name].requests.items()
        if each == kind
    )
    if longest is not None and len(text) > longest:
        assert seen == []
        assert (outcome.result, outcome.fault) == (
            Result.NOT_SENT,
            Fault.CONTENT_INVALID,
        )
        assert outcome.error is not None
        assert f"expected {longest} or less" in outcome.error
        return
    assert outcome.result is Result.ACCEPTED
    expected = {
        place: text if value == MARK else value
        for place, value in leaves(baseline).items()
    }
    assert MARK in leaves(baseline).values()
    assert leaves(seen[0]) == expected


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_a_hostile_text_arrives_as_stored(
    talk: Talk, name: str, kind: str
) -> None:
    for text in HOSTILE.values():
        assert_text_arrives(talk, name, kind, text)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15)
@given(text=texts)
@example(text="0123456789abcdef" * 4096)
@example(text="🙂م\r\n" * 16384)
def test_any_text_arrives_as_stored_or_is_refused(
    talk: Talk, name: str, text: str
) -> None:
    for kind in list(DEFINITIONS[name].requests)[:2]:
        assert_text_arrives(talk, name, kind, text)


addresses = st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40
).filter(str.strip)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15)
@given(address=addresses)
@example(address="a/b?c=d#e")
@example(address="..")
@example(address=".")
@example(address="a/../b?c=d#e")
@example(address="x\r\nAuthorization: Basic AAAA\r\n\r\n")
@example(address="é")
def test_any_address_of_a_device_stays_in_its_place(
    talk: Talk, name: str, address: str
) -> None:
    message = message_of(DEFINITIONS[name], "text")
    (baseline,), _ = talk.exchange(name, message, MARK)
    seen, outcome = talk.exchange(name, message, address)
    if not seen:
        assert outcome.fault is Fault.DEVICE_CONFIG
        assert outcome.error is not None
        return
    plain = leaves(baseline)
    found = leaves(seen[0])
    assert found.keys() == plain.keys()
    for place, value in plain.items():
        if MARK not in str(value):
            assert found[place] == value
        elif place.startswith("header."):
            assert "\r" not in str(found[place])
        else:
            assert found[place] == str(value).replace(MARK, address)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["\ud83d half", "\udcff"])
def test_half_a_character_is_refused(talk: Talk, name: str, text: str) -> None:
    seen, outcome = talk.exchange(
        name, message_of(DEFINITIONS[name], "text", text)
    )
    assert seen == []
    assert outcome.fault is Fault.CONTENT_INVALID


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "phone",
    [
        "",
        "+60111000001",
        "0111",
        "60 111",
        "1" * 16,
        "60@g.us",
        "٦٠١١١",
        "6\n",
    ],
)
def test_a_phone_is_sent_as_stored_or_not_at_all(
    talk: Talk, name: str, phone: str
) -> None:
    plain = message_of(DEFINITIONS[name], "text")
    seen, outcome = talk.exchange(name, replace(plain, recipient_phone=phone))
    assert seen == []
    assert outcome.fault is Fault.RECIPIENT_INVALID


@pytest.mark.parametrize(("name", "kind"), KINDS)
@pytest.mark.parametrize(
    "phone", ["60111000001", "6281234567890", "999000000001", "12025550123"]
)
def test_no_country_code_is_rewritten(
    talk: Talk, name: str, kind: str, phone: str
) -> None:
    plain = message_of(DEFINITIONS[name], kind)
    (before,), _ = talk.exchange(name, plain)
    (seen,), _ = talk.exchange(name, replace(plain, recipient_phone=phone))
    expected = {
        place: str(value).replace(plain.recipient_phone, phone)
        if isinstance(value, str)
        else value
        for place, value in leaves(before).items()
    }
    assert leaves(seen) == expected


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_a_medium_s_url_arrives_as_stored(
    talk: Talk, name: str, kind: str
) -> None:
    plain = message_of(DEFINITIONS[name], kind)
    if plain.media_url is None:
        return
    url = plain.media_url.replace("?b=1", '?"b"=%20+é&phone=60999&x={text}')
    (seen,), _ = talk.exchange(name, replace(plain, media_url=url))
    assert url in leaves(seen).values()


PLACES = Definition.model_validate(
    {
        "requests": {
            "text": {
                "method": "GET",
                "path": "/d/{device}/send",
                "query": {"to": "{phone}", "text": "{text}"},
            },
            "image": {
                "path": "/i",
                "headers": {"X-Device": "d {device}"},
                "form": {"url": "{media_url}"},
            },
        },
        "success": {"status": 200, "any_body": True},
    }
)


@pytest.mark.parametrize("address", [".", ".."])
def test_a_value_does_not_lead_a_path_elsewhere(address: str) -> None:
    built = build(PLACES, device(address), message_of(PLACES, "text"))
    assert isinstance(built, Objection)
    assert built.fault is Fault.DEVICE_CONFIG
    assert "leads elsewhere" in built.reason


@pytest.mark.parametrize("address", ["a\r\nX-B: c", "é", "a\x00b", "🙂"])
def test_a_header_holds_one_line_of_ascii_or_nothing_is_sent(
    address: str,
) -> None:
    image = message_of(PLACES, "image")
    built = build(PLACES, device(address), image)
    assert isinstance(built, Objection)
    assert "header X-Device cannot hold the value" in built.reason
    built = build(PLACES, device("a b"), image)
    assert isinstance(built, Rendered)
    assert built.headers["X-Device"] == "d a b"


@given(text=texts)
def test_a_query_holds_any_text(text: str) -> None:
    built = build(PLACES, device("a"), message_of(PLACES, "text", text))
    assert isinstance(built, Rendered)
    seen = Seen(built.method, built.path, {}, b"")
    assert leaves(seen) == {
        "method": "GET",
        "path.0": "",
        "path.1": "d",
        "path.2": "a",
        "path.3": "send",
        "query.to": "60111000001",
        "query.text": text,
    }
