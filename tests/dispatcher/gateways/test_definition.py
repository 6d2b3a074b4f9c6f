import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dispatcher.config import Config
from dispatcher.errors import ConfigError
from dispatcher.gateways import open_gateways
from dispatcher.gateways.http import HttpGateway
from dispatcher.gateways.loading import built_in_names, load_definition
from dispatcher.gateways.request import Rendered, build
from tests.dispatcher.gateways.gateway_server import Server, device, message

GOOD = """\
auth: none
requests:
  text:
    path: /send
    headers: {X-Device: "{device|urlencode}"}
    json:
      to: ["{phone}", "tel:{phone}"]
      body: {text: "{text?}", kind: plain, preview: false, none: null}
      reference: "{message_id}"
  image:
    path: /image/{device}
    form:
      url: "{media_url}"
      caption: "{text?}"
success:
  status: [200, 201]
  any_body: true
errors:
  - status: 4xx
    text: 'not (here|there)'
    outcome: NOT_SENT
    fault: RECIPIENT_SUSPECT
"""
NAMES = built_in_names()
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "mine.yml"
        path.write_text(text)
        return path

    return write


def test_placeholders_go_into_the_structure(write: Write) -> None:
    definition = load_definition(str(write(GOOD)))
    built = build(definition, device("a b"), message('"}'))
    assert isinstance(built, Rendered)
    assert built.headers == {"X-Device": "a%20b"}
    assert built.json is not None
    assert json.loads(built.json) == {
        "to": ["60111000001", "tel:60111000001"],
        "body": {
            "text": '"}',
            "kind": "plain",
            "preview": False,
            "none": None,
        },
        "reference": "00000000-0000-0000-0000-000000000003",
    }


def test_an_optional_field_without_value_is_left_out(write: Write) -> None:
    definition = load_definition(str(write(GOOD)))
    built = build(definition, device(), message(""))
    assert isinstance(built, Rendered)
    assert built.json is not None
    assert "text" not in json.loads(built.json)["body"]
    image = message("", message_type="image", media_url="http://a.example/b")
    built = build(definition, device("d/1"), image)
    assert isinstance(built, Rendered)
    assert built.path == "/image/d%2F1"
    assert built.form == {"url": "http://a.example/b"}


async def test_a_path_leaves_as_it_was_encoded(write: Write) -> None:
    definition = load_definition(str(write(GOOD)))
    image = message("", message_type="image", media_url="http://a.example/b")
    async with (
        Server() as server,
        HttpGateway(definition, base_url=server.base_url) as gateway,
    ):
        await gateway.send(device("a@b/c"), image)
    (seen,) = server.seen
    assert seen.raw_path == "/image/a%40b%2Fc"
    assert seen.body == b"url=http%3A%2F%2Fa.example%2Fb"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '"{message_id}"',
            '"{mesage_id}"',
            (
                "mine.yml:9: requests.text.json.reference: met '{mesage_id}',"
                " expected one of {phone}, {text}, {media_url}, {media_type},"
                " {media_name}, {device}, {message_id}, {template_name},"
                " {template_language}, {template_variables}, {item},"
                " {credential.NAME}, {setting.NAME}, not {mesage_id}"
            ),
        ),
        (
            '"tel:{phone}"',
            '"tel:{phone"',
            (
                "mine.yml:7: requests.text.json.to.1: met 'tel:{phone',"
                " expected each brace to belong to one of {phone},"
            ),
        ),
        (
            '"{device|urlencode}"',
            '"{device|base64}"',
            (
                "mine.yml:5: requests.text.headers.X-Device: met"
                " '{device|base64}', expected one of the filters urlencode,"
                " hex, not base64"
            ),
        ),
        (
            "/image/{device}",
            "/image/{device|urlencode}",
            (
                "mine.yml:11: requests.image.path: met"
                " '/image/{device|urlencode}', expected {device}: a path"
                " encodes by itself"
            ),
        ),
        (
            "/image/{device}",
            "/image?d={device}",
            (
                "mine.yml:11: requests.image.path: met '/image?d={device}',"
                " expected a path; what follows a ? belongs under query"
            ),
        ),
        (
            "/image/{device}",
            "/image/{text?}",
            (
                "mine.yml:11: requests.image.path: met"
                " '/image/{text?}', expected a path whose every part"
            ),
        ),
        (
            '"{device|urlencode}"',
            '"d\u00e9{device}"',
            (
                "mine.yml:5: requests.text.headers.X-Device: met"
                " 'd\u00e9{device}', expected one line of ASCII"
            ),
        ),
        (
            "path: /send",
            "path: send",
            (
                "mine.yml:4: requests.text.path: met 'send', expected a path"
                " that starts with /"
            ),
        ),
        (
            '"{media_url}"',
            "5",
            (
                "mine.yml:13: requests.image.form.url: met 5, expected text;"
                " put quotes around it"
            ),
        ),
        (
            "    form:",
            "    multipart: {}\n    form:",
            (
                "mine.yml:10: requests.image: met keys, expected one of json,"
                " form and multipart"
            ),
        ),
        (
            "  image:",
            "  sticker:",
            (
                "mine.yml:10: requests.sticker: met keys, expected 'text',"
                " 'image', 'video', 'document' or 'audio'"
            ),
        ),
        (
            "form:",
            "from:",
            (
                "mine.yml:12: requests.image.from: unknown key, expected one"
                " of form, headers, json, longest_text, method, multipart,"
                " path, query"
            ),
        ),
        (
            "4xx",
            "40x",
            (
                "mine.yml:19: errors.0.status: met '40x', expected a status"
                " such as 401, a class such as 5xx, or a list"
            ),
        ),
        (
            "not (here",
            "not ((here",
            (
                "mine.yml:20: errors.0.text: met 'not ((here|there)', expected"
                " a regular expression (missing ), unterminated subpattern"
            ),
        ),
        (
            "NOT_SENT",
            "ACCEPTED",
            (
                "mine.yml:21: errors.0.outcome: met 'ACCEPTED', expected"
                " 'NOT_SENT' or 'UNKNOWN'"
            ),
        ),
        (
            "RECIPIENT_SUSPECT",
            "RECIPIENT",
            (
                "mine.yml:22: errors.0.fault: met 'RECIPIENT', expected"
                " 'RECIPIENT_INVALID', "
            ),
        ),
        (
            "success:\n  status: [200, 201]\n  any_body: true\n",
            "",
            "mine.yml:1: success: is missing",
        ),
        (
            "  any_body: true\n",
            "",
            (
                "mine.yml:15: success.0: met keys, expected what the body"
                " must hold (body, matches or text), or any_body: true"
            ),
        ),
        (
            "any_body: true",
            "any_bdy: true",
            (
                "mine.yml:17: success.0.any_bdy: unknown key, expected one of"
                " any_body, body, matches, status, text, unreadable"
            ),
        ),
        (
            "X-Device:",
            '"X Device":',
            "mine.yml:5: requests.text.headers.X Device: met ",
        ),
        (
            "    path: /send",
            "    method: GET\n    path: /send",
            (
                "mine.yml:3: requests.text: met keys, expected no body in a"
                " GET; use query"
            ),
        ),
        (
            '"{media_url}"',
            '"{template_name}"',
            "no {template_name}, which has no value here",
        ),
        (
            '"{media_url}"',
            '"{setting.host}"',
            ("expected host under settings, as {setting.host} asks"),
        ),
        (
            "errors:",
            "message_id: {sent: '{message_id}', path: id}\nerrors:",
            (
                "mine.yml:18: message_id.0: met keys, expected path and"
                " pattern, or one of them, or sent"
            ),
        ),
        (
            "errors:",
            "message_id: a..b\nerrors:",
            "mine.yml:18: message_id.0.path: met ",
        ),
        (
            "errors:",
            (
                "status: {path: /s, query: {q: '{phone}'}, answers: [{status:"
                " 200, state: READY}]}\nerrors:"
            ),
            "mine.yml:18: status: met keys, expected no {phone}, which has no",
        ),
        (
            "errors:",
            (
                "status: {path: /s, answers: [{status: 200, state: FINE}]}\n"
                "errors:"
            ),
            "mine.yml:18: status.answers.0.state: met 'FINE', expected 'R",
        ),
        (
            "errors:",
            (
                "look_up: {path: /s, answers: [{status: 200, outcome:"
                " UNKNOWN}]}\nerrors:"
            ),
            (
                "mine.yml:18: look_up.answers.0: met keys, expected a fault,"
                " unless the outcome is ACCEPTED"
            ),
        ),
        (
            "errors:",
            "limits: {concurrency: 0}\nerrors:",
            "mine.yml:18: limits.concurrency: met 0, expected greater than 0",
        ),
        (
            "errors:",
            (
                "webhook: {verify: {}, events: [{receipt: {message_id: a,"
                " status: b, statuses: {}}}]}\nerrors:"
            ),
            "mine.yml:18: webhook.verify: met keys, expected hmac or token",
        ),
        (
            "errors:",
            (
                "webhook: {verify: {hmac: {header: X, secret: hunter2}},"
                " events: [{receipt: {message_id: a, status: b, statuses:"
                " {}}}]}\nerrors:"
            ),
            (
                "mine.yml:18: webhook.verify.hmac: met keys, expected a"
                " {credential.NAME} and no other placeholder"
            ),
        ),
        (
            "errors:",
            (
                "webhook: {verify: {token: {in: path, secret:"
                " '{credential.a}'}}, events: [{}]}\nerrors:"
            ),
            "mine.yml:18: webhook.events.0: met keys, expected receipt or",
        ),
        (
            "errors:",
            (
                "examples:\n- {http: 200, body: {}, outcome: ACCEPTED,"
                " message_id: a}\nerrors:"
            ),
            (
                "mine.yml:19: examples.0: is read as ACCEPTED, expected"
                " ACCEPTED, a"
            ),
        ),
        (
            "errors:",
            "examples:\n- {http: 200, body: x}\nerrors:",
            (
                "mine.yml:19: examples.0: met keys, expected outcome, which"
                " the answer means"
            ),
        ),
        (
            "errors:",
            "examples:\n- {to: status, http: 200, state: READY}\nerrors:",
            (
                "mine.yml:19: examples.0: is read as nothing, expected the"
                " definition to say status"
            ),
        ),
    ],
)
def test_a_mistake_is_named_with_line_and_key(
    write: Write, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    path = write(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_definition(str(path))
    assert expected in str(caught.value)


def test_a_definition_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_definition(str(tmp_path / "mine.yml"))
    with pytest.raises(ConfigError, match=r"'../gowa' is not built in.*gowa"):
        load_definition("../gowa")


@pytest.mark.parametrize("name", NAMES)
def test_every_built_in_definition_is_valid(name: str) -> None:
    assert load_definition(name).requests


def config(**gateway: object) -> Config:
    settings = {"base_url": "http://127.0.0.1:1", **gateway}
    return Config.model_validate({"gateways": {"Native": settings}})


async def test_gateways_open_by_their_keys() -> None:
    async with open_gateways(config(definition="gowa")) as gateways:
        assert isinstance(gateways["native"], HttpGateway)


async def test_auth_that_the_definition_does_not_know(write: Write) -> None:
    settings = config(
        definition=str(write(GOOD)),
        auth={"username": "operator", "password": "hunter2"},
    )
    with pytest.raises(ConfigError, match="has no use for it") as caught:
        async with open_gateways(settings):
            pass
    assert "hunter2" not in str(caught.value)


async def test_a_broken_definition_stops_the_start(write: Write) -> None:
    settings = config(definition=str(write("auth: none\n")))
    with pytest.raises(ConfigError, match="requests: is missing"):
        async with open_gateways(settings):
            pass
