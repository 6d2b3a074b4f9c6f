"""A text goes as a template when it is that template, word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.config import MessageTemplate
from dispatcher.domain import Fault, Result
from dispatcher.gateways.texts import fit
from tests.dispatcher.gateways.built_in import (
    DEFINITIONS,
    TEMPLATE,
    gateway,
)
from tests.dispatcher.gateways.gateway_server import (
    IMAGE_URL,
    Server,
    device,
    message,
)
from tests.dispatcher.gateways.wire import leaves


def template(body: str, name: str = "t") -> MessageTemplate:
    return MessageTemplate(name=name, body=body)


@pytest.mark.parametrize(
    ("body", "text", "variables"),
    [
        ("Hello", "Hello", {}),
        ("Hello", "Hello!", None),
        ("Hello", "hello", None),
        ("Hi {{1}}", "Hi Ann", {"1": "Ann"}),
        ("Hi {{1}}", "Hi ", None),
        ("Hi {{1}}!", "Hi Ann", None),
        ("{{1}} and {{2}}.", "a and b and c.", {"1": "a", "2": "b and c"}),
        ("{{2}} or {{1}}", "a or b", {"1": "b", "2": "a"}),
        ("{{1}}, {{1}}", "Ann, Ann", {"1": "Ann"}),
        ("{{1}}, {{1}}", "Ann, Bob", None),
        ("Hi {{1}}\nBye", "Hi Ann\nBye", {"1": "Ann"}),
        ("Hi {{1}}", "Hi Ann\nBob", None),
        ("Hi {{1}}", "Hi Ann\tBob", None),
        ("Hi {{1}}", "Hi a     b", None),
        ("Hi {{1}}", "Hi a    b", {"1": "a    b"}),
        ("(.*) {{1}}", "(.*) a", {"1": "a"}),
        ("(.*) {{1}}", "x a", None),
    ],
)
def test_variables_are_found(
    body: str, text: str, variables: dict[str, str] | None
) -> None:
    found = fit([template(body)], text)
    assert (found.variables if found else None) == variables


words = st.text("ab }1\n", max_size=6)


@given(st.lists(words, min_size=1, max_size=4), st.data())
def test_a_template_filled_in_is_the_text(
    literals: list[str], data: st.DataObject
) -> None:
    body = literals[0]
    for number, literal in enumerate(literals[1:], 1):
        body += f"{{{{{number}}}}}|{literal}"
    text = data.draw(st.text("ab {}1|\n", max_size=40))
    found = fit([template(body or "x")], text)
    if found:
        filled = body
        for name, value in found.variables.items():
            filled = filled.replace(f"{{{{{name}}}}}", value)
        assert filled == text


def test_the_first_that_fits_is_taken() -> None:
    templates = [template("No", "a"), template("{{1}}", "b"), template("Hi")]
    found = fit(templates, "Hi")
    assert found is not None
    assert found.template.name == "b"


async def test_a_text_that_fits_goes_as_a_template() -> None:
    text = 'Welcome "Ann", it is {{2}}.'
    async with (
        Server() as server,
        gateway("meta_cloud", server.base_url) as opened,
    ):
        await opened.send(device("1"), message(text))
        await opened.send(device("1"), message("Hello"))
        image = message(text, message_type="image", media_url=IMAGE_URL)
        await opened.send(device("1"), image)
    as_template, as_text, with_image = map(leaves, server.seen)
    assert as_template["json.type"] == "template"
    assert as_template["json.template.name"] == TEMPLATE.name
    assert as_template["json.template.language.code"] == "ms"
    part = "json.template.components.0.parameters"
    assert as_template[f"{part}.0.text"] == '"Ann"'
    assert as_template[f"{part}.1.text"] == "{{2}}"
    assert as_text["json.type"] == "text"
    assert as_text["json.text.body"] == "Hello"
    assert with_image[f"{part}.0.image.link"] == IMAGE_URL


async def test_a_template_has_no_audio() -> None:
    sound = message(
        "Welcome Ann, it is Monday.",
        message_type="audio",
        media_url="https://media.example/a.ogg",
    )
    async with (
        Server() as server,
        gateway("meta_cloud", server.base_url) as opened,
    ):
        outcome = await opened.send(device("1"), sound)
    assert server.seen == []
    assert (outcome.result, outcome.fault) == (
        Result.NOT_SENT,
        Fault.CONTENT_INVALID,
    )


async def test_twilio_is_given_the_variables_as_json() -> None:
    async with (
        Server() as server,
        gateway("twilio", server.base_url) as opened,
    ):
        await opened.send(device("+1"), message("Welcome Ann, it is 3."))
    (seen,) = map(leaves, server.seen)
    assert seen["form.ContentSid"] == TEMPLATE.name
    assert seen["form.ContentVariables"] == '{"1": "Ann", "2": "3"}'
    assert "form.Body" not in seen


def test_who_sends_templates() -> None:
    found = {name for name, each in DEFINITIONS.items() if each.templates}
    assert found == {"meta_cloud", "twilio"}
