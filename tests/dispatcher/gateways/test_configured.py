"""What dispatcher.yml gives the definitions, and how secrets stay there."""

import logging
from pathlib import Path
from uuid import UUID

import pytest

from dispatcher import config as configuration
from dispatcher.domain import Device
from dispatcher.errors import ConfigError
from dispatcher.gateways import open_gateways
from tests.dispatcher.gateways.gateway_server import (
    Server,
    device,
    message,
)
from tests.dispatcher.gateways.wire import leaves

OWN = UUID(int=7)
SECRET, OWN_SECRET = "shared-hunter2", "own-hunter2"
GOOD = """\
gateways:
  wuzapi:
    definition: wuzapi
    base_url: BASE
    auth: {token: "${SHARED}"}
  twilio:
    definition: twilio
    base_url: BASE
    auth: {username: "${SHARED}", password: "${SHARED}"}
    settings: {account_sid: AC00}
    templates:
      - {name: HX00, body: "Hi {{1}}"}
credentials:
  00000000-0000-0000-0000-000000000007: {token: "${OWN}"}
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED", SECRET)
    monkeypatch.setenv("OWN", OWN_SECRET)


def loaded(folder: Path, text: str) -> configuration.Config:
    path = folder / "dispatcher.yml"
    path.write_text(text.replace("BASE", "http://127.0.0.1:1"))
    return configuration.load(path)


async def refused(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        async with open_gateways(loaded(folder, text)):
            pass
    shown = str(caught.value)
    assert SECRET not in shown
    assert OWN_SECRET not in shown
    return shown.replace(f"{folder}/", "")


async def test_a_device_s_own_credentials_go_first(tmp_path: Path) -> None:
    async with Server() as server:
        text = GOOD.replace("BASE", server.base_url)
        config = loaded(tmp_path, text)
        async with open_gateways(config) as gateways:
            shared = device()
            own = Device(shared.user_id, OWN, "wuzapi", "x")
            await gateways["wuzapi"].send(own, message())
            await gateways["wuzapi"].send(shared, message())
    tokens = [leaves(seen)["header.token"] for seen in server.seen]
    assert tokens == [OWN_SECRET, SECRET]


async def test_no_device_s_secret_is_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even by an answer to another device."""
    async with Server(500, f"{OWN_SECRET} {SECRET}") as server:
        config = loaded(tmp_path, GOOD.replace("BASE", server.base_url))
        with caplog.at_level(logging.DEBUG):
            async with open_gateways(config) as gateways:
                outcome = await gateways["wuzapi"].send(device(), message())
                found = await gateways["wuzapi"].status(device())
    whole = repr(outcome) + repr(found) + repr(config) + caplog.text
    assert OWN_SECRET not in whole
    assert SECRET not in whole
    assert OWN_SECRET not in config.model_dump_json()


async def test_settings_and_templates_reach_the_gateway(
    tmp_path: Path,
) -> None:
    async with Server() as server:
        config = loaded(tmp_path, GOOD.replace("BASE", server.base_url))
        async with open_gateways(config) as gateways:
            await gateways["twilio"].send(device("+1"), message("Hi Ann"))
    (seen,) = map(leaves, server.seen)
    assert seen["path.3"] == "AC00"
    assert seen["form.ContentSid"] == "HX00"


CHANGES = {
    "a credential that nobody asks for": (
        ('auth: {token: "${SHARED}"}', 'auth: {tokn: "${SHARED}"}'),
        (
            "gateways.wuzapi.auth.tokn is given, but the definition wuzapi"
            " has no use for it, expected token, webhook_secret"
        ),
    ),
    "one of a device": (
        ('{token: "${OWN}"}', '{tokn: "${OWN}"}'),
        (
            "credentials.00000000-0000-0000-0000-000000000007.tokn is given,"
            " but no definition has a use for it, expected password, token,"
            " username, webhook_secret"
        ),
    ),
    "a setting that nobody asks for": (
        ("account_sid: AC00", "account_sid: AC00, chanel: x"),
        (
            "gateways.twilio.settings.chanel is given, but the definition"
            " twilio has no use for it, expected account_sid, channel,"
            " status_callback"
        ),
    ),
    "a setting that is needed": (
        ("    settings: {account_sid: AC00}\n", ""),
        "gateways.twilio.settings.account_sid is missing",
    ),
    "templates that are not sent": (
        ("  twilio:\n    definition: twilio", "  x:\n    definition: gowa"),
        "gateways.x.settings.account_sid is given",
    ),
    "a literal secret of a device": (
        ('"${OWN}"', "own-hunter2"),
        (
            "dispatcher.yml:14: credentials.00000000-0000-0000-0000-"
            "000000000007.token: met a literal secret, expected a reference"
        ),
    ),
    "no id of a device": (
        ("00000000-0000-0000-0000-000000000007", "my-phone"),
        "dispatcher.yml:14: credentials.my-phone: met ",
    ),
    "a reference that leads nowhere": (
        ("${OWN}", "${NOT_SET}"),
        "token: ${NOT_SET} is not set, expected it in the environment",
    ),
    "variables with a gap": (
        ("Hi {{1}}", "Hi {{2}}"),
        (
            "dispatcher.yml:12: gateways.twilio.templates.0.body: met 'Hi"
            " {{2}}', expected variables {{1}}, {{2}} and so on, without a gap"
        ),
    ),
    "variables that touch": (
        ("Hi {{1}}", "{{1}}{{2}}"),
        "expected text between two variables, as the gateways demand",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
async def test_what_does_not_fit_is_named(tmp_path: Path, case: str) -> None:
    (old, new), expected = CHANGES[case]
    assert old in GOOD
    assert expected in await refused(tmp_path, GOOD.replace(old, new))


async def test_templates_for_a_gateway_without_any(tmp_path: Path) -> None:
    text = GOOD.replace(
        '    auth: {token: "${SHARED}"}',
        '    auth: {token: "${SHARED}"}\n'
        '    templates: [{name: a, body: "Hi"}]',
    )
    assert (
        "gateways.wuzapi.templates is given, but the definition wuzapi sends"
        " none"
    ) in await refused(tmp_path, text)
