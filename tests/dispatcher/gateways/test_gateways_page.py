"""What docs/gateways.md shows works as it stands there."""

import re
from pathlib import Path
from textwrap import dedent

import pytest
from pydantic import BaseModel

from dispatcher import config as configuration
from dispatcher.domain import DeviceState, Fault, Outcome, Result
from dispatcher.gateways import open_gateways
from dispatcher.gateways.configured import make_gateways
from dispatcher.gateways.definition import Definition, Request
from dispatcher.gateways.loading import load_definition
from dispatcher.gateways.template import FILTERS, GROUPS, NAMES
from tests.dispatcher.gateways.built_in import DEFINITIONS
from tests.dispatcher.gateways.built_in import NAMES as BUILT_IN
from tests.dispatcher.gateways.gateway_server import Server, device, message
from tests.dispatcher.gateways.wire import leaves

PAGE = (Path(__file__).parents[3] / "docs" / "gateways.md").read_text()
BLOCKS = {
    title.strip(): dedent(text)
    for title, text in re.findall(
        r"^ *```yaml(.*)\n((?:.*\n)*?) *```$", PAGE, re.MULTILINE
    )
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"\$\{([A-Z_0-9]+)\}", PAGE):
        monkeypatch.setenv(name, f"secret of {name}")


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """Follow the page: two files beside each other."""
    (tmp_path / "acme.yml").write_text(BLOCKS["acme.yml"])
    path = tmp_path / "dispatcher.yml"
    path.write_text(BLOCKS["acme in dispatcher.yml"])
    return path


def at(acme: Path, base_url: str) -> configuration.Config:
    """The configuration of the page, for another place."""
    text = acme.read_text()
    acme.write_text(text.replace("https://api.acme.example", base_url))
    return configuration.load(acme)


async def answered(acme: Path, answer: str) -> tuple[Outcome, Server]:
    async with Server(200, answer) as server:
        config = at(acme, server.base_url)
        async with open_gateways(config) as gateways:
            outcome = await gateways["acme"].send(
                device("ACME"), message("Hi & bye = 1+1?")
            )
    return outcome, server


async def test_the_example_sends(acme: Path) -> None:
    outcome, server = await answered(acme, "OK 12345")
    assert outcome.result is Result.ACCEPTED
    assert outcome.provider_message_id == "12345"
    (seen,) = server.seen
    assert (
        leaves(seen).items()
        >= {
            "method": "GET",
            "path.1": "sms",
            "query.user": "secret of ACME_USER",
            "query.pass": "secret of ACME_PASSWORD",
            "query.from": "ACME",
            "query.to": "60111000001",
            "query.msg": "Hi & bye = 1+1?",
        }.items()
    )


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("ERR 3 bad number", Fault.RECIPIENT_INVALID),
        ("ERR 7 low balance", Fault.DEVICE_RESTRICTED),
        ("ERR 9 wrong password", Fault.GATEWAY_AUTH),
    ],
)
async def test_the_example_hears_its_refusals(
    acme: Path, answer: str, fault: Fault
) -> None:
    outcome, _ = await answered(acme, answer)
    assert (outcome.result, outcome.fault) == (Result.NOT_SENT, fault)


def test_the_example_knows_a_state(acme: Path) -> None:
    definition = load_definition(str(acme.parent / "acme.yml"))
    assert definition.status is not None
    states = {rule.state for rule in definition.status.answers}
    assert states == {DeviceState.READY, DeviceState.RESTRICTED}


def test_the_configuration_shown_is_a_good_one(tmp_path: Path) -> None:
    path = tmp_path / "dispatcher.yml"
    path.write_text(BLOCKS["dispatcher.yml"])
    gateways = make_gateways(configuration.load(path))
    assert set(gateways) == {"native", "meta", "wablas"}


def test_the_table_says_what_each_definition_can() -> None:
    rows = re.findall(r"^\| `(\w+)`[^|]*\|(.*)\|$", PAGE, re.MULTILINE)
    table = {name: cells.split("|") for name, cells in rows}
    for name in BUILT_IN:
        definition = DEFINITIONS[name]
        assert [cell.strip() for cell in table[name]] == [
            ", ".join(definition.requests),
            ", ".join(definition.templates),
            *(
                "yes" if part else ""
                for part in (
                    definition.status,
                    definition.check_number,
                    definition.look_up,
                    definition.webhook,
                )
            ),
        ]


def keys(model: type[BaseModel]) -> set[str]:
    fields = model.model_fields.items()
    return {field.alias or name for name, field in fields}


def test_every_word_of_the_language_is_explained() -> None:
    words = {
        *keys(Definition),
        *keys(Request),
        *(f"{{{name}}}" for name in NAMES if name != "item"),
        *(f"{{{group}.NAME}}" for group in GROUPS),
        *(f"|{name}" for name in FILTERS),
        *Fault,
        *DeviceState,
    }
    assert {word for word in words if f"`{word}" not in PAGE} == set()
