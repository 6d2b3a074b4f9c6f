"""``dispatcher gateways`` without a database."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dispatcher.cli import cli
from dispatcher.gateways.loading import BUILT_IN
from dispatcher.gateways.schema import json_schema
from tests.dispatcher.gateways.built_in import NAMES
from tests.dispatcher.gateways.gateway_server import PASSWORD, Server

PHONE = "60111000001"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOWA_USER", "operator")
    monkeypatch.setenv("GOWA_PASSWORD", PASSWORD)


@pytest.fixture
def server() -> Iterator[Server]:
    """A gateway in a thread: the command runs a loop of its own."""
    loop = asyncio.new_event_loop()
    server = Server()
    loop.run_until_complete(server.__aenter__())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(server.__aexit__())
    loop.close()


@pytest.fixture
def config(tmp_path: Path, server: Server) -> Path:
    path = tmp_path / "dispatcher.yml"
    path.write_text(
        "gateways:\n"
        "  Native:\n"
        "    definition: gowa\n"
        f"    base_url: {server.base_url}\n"
        '    auth: {username: "${GOWA_USER}", password: "${GOWA_PASSWORD}"}\n'
    )
    return path


def invoke(*command: str) -> Result:
    result = CliRunner().invoke(cli, ["gateways", *command])
    assert PASSWORD not in result.output
    return result


def tried(config: Path, *more: str) -> Result:
    options = ["--to", PHONE, "--device", "6012:1@s.whatsapp.net"]
    return invoke("test", "native", *options, "--config", str(config), *more)


def test_list_names_every_definition() -> None:
    rows: list[dict[str, Any]] = json.loads(
        invoke("list", "--format", "json").output
    )
    assert [row["definition"] for row in rows] == NAMES
    gowa = next(row for row in rows if row["definition"] == "gowa")
    assert gowa["messages"] == ["text", "image", "video", "document", "audio"]
    assert gowa["credentials"] == ["password", "username", "webhook_secret"]
    table = invoke("list").output
    assert all(name in table for name in NAMES)


def test_check_says_what_is_good_and_what_is_not(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yml", tmp_path / "bad.yml"
    text = (BUILT_IN / "gowa.yml").read_text()
    good.write_text(text)
    bad.write_text(text.replace("body: {code: SUCCESS}", "body: {code: OK}"))
    result = invoke("check", str(bad), str(good))
    assert result.exit_code == 2
    assert f"{good}: ok, 5 kinds of message, 26 examples" in result.output
    assert "examples.0: is read as UNKNOWN, UNCLASSIFIED, expected" in (
        result.output
    )
    rows = json.loads(invoke("check", str(good), "--format", "json").output)
    assert rows == [
        {
            "file": str(good),
            "error": None,
            "found": "ok, 5 kinds of message, 26 examples",
        }
    ]
    assert invoke("check", str(good)).exit_code == 0
    assert "No such file" in invoke("check", str(tmp_path / "no.yml")).output


def test_check_without_a_file_reads_the_configuration(config: Path) -> None:
    result = invoke("check", "--config", str(config))
    assert result.exit_code == 0
    assert "gowa: ok" in result.output
    config.write_text(config.read_text().replace("username", "user"))
    result = invoke("check", "--config", str(config))
    assert result.exit_code == 2
    assert "gateways.native.auth.user is given" in result.output


def test_schema_is_printed() -> None:
    assert json.loads(invoke("schema").output) == json_schema()


def test_a_dry_run_shows_the_request_and_sends_none(
    config: Path, server: Server
) -> None:
    result = tried(config, "--dry-run", "--text", 'Hi "Ann" 🙂')
    assert result.exit_code == 0
    assert f"> POST {server.base_url}/send/message" in result.output
    assert "> X-Device-Id: 6012%3A1%40s.whatsapp.net" in result.output
    assert "> Authorization: ***" in result.output
    assert r'"message": "Hi \"Ann\" 🙂"' in result.output
    assert server.seen == []


def test_one_real_message_goes_out_and_its_answer_is_shown(
    config: Path, server: Server
) -> None:
    result = tried(config)
    assert result.exit_code == 0
    assert "< HTTP 200" in result.output
    assert "accepted, message id: 3EB0B430B6F8F1D0E053" in result.output
    (seen,) = server.seen
    assert json.loads(seen.body)["phone"] == PHONE


def test_a_refusal_is_shown_without_secrets(
    config: Path, server: Server
) -> None:
    server.status, server.body = 401, f"{PASSWORD} is wrong"
    result = tried(config)
    assert result.exit_code == 1
    assert "< *** is wrong" in result.output
    assert "not_sent: GATEWAY_AUTH" in result.output
    found = json.loads(tried(config, "--format", "json").output)
    assert found["request"]["headers"]["Authorization"] == "***"
    assert found["outcome"]["fault"] == "GATEWAY_AUTH"
    assert found["refused"] is None


def test_fields_of_a_form_are_shown_by_name(
    config: Path, server: Server
) -> None:
    medium = ("--type", "image", "--media-url", "https://media.example/a.jpg")
    result = tried(config, "--dry-run", *medium)
    assert "> image_url = https://media.example/a.jpg" in result.output


def test_what_cannot_be_sent_is_refused(config: Path, server: Server) -> None:
    result = tried(config, "--type", "image")
    assert result.exit_code == 1
    assert "not sent: CONTENT_INVALID: media_url is empty" in result.output
    as_json = json.loads(
        tried(config, "--type", "image", "--format", "json").output
    )
    assert as_json["refused"]["fault"] == "CONTENT_INVALID"
    assert server.seen == []


def test_a_gateway_that_is_not_configured(config: Path) -> None:
    result = invoke(
        *("test", "waha", "--to", PHONE, "--device", "a"),
        *("--config", str(config)),
    )
    assert result.exit_code == 2
    assert "gateway 'waha' is not in dispatcher.yml" in result.output
    assert "expected one of native" in result.output


@pytest.mark.parametrize("name", ["list", "check", "schema", "test", "status"])
def test_every_command_has_help_with_examples(name: str) -> None:
    shown = invoke(name, "--help").output
    assert "Examples:" in shown
    if name not in {"list", "schema"}:
        assert "Exit codes:" in shown
