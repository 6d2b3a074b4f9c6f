import subprocess
import sys
from pathlib import Path

import pytest

from dispatcher import config
from dispatcher.config import Config
from dispatcher.errors import ConfigError

PASSWORD = "hunter2-very-secret"  # noqa: S105 - made up
GOOD = """\
gateways:
  native:
    definition: gowa
    base_url: http://127.0.0.1:3000/
    auth: {username: "${GOWA_USER}", password: "${GOWA_PASSWORD}"}
  WAHA:
    definition: mine.yml
    base_url: https://waha.example/api
dispatcher:
  concurrency: 20
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOWA_USER", "operator")
    monkeypatch.setenv("GOWA_PASSWORD", PASSWORD)
    monkeypatch.delenv("DISPATCHER_CONFIG", raising=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dispatcher.yml"


def loaded(path: Path, text: str) -> Config:
    path.write_text(text)
    return config.load(path)


def refused(path: Path, text: str) -> str:
    """The error of a file, without the folder it stands in."""
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert PASSWORD not in repr(caught.value)
    assert PASSWORD not in str(caught.value.__context__)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_the_file_of_the_readme(path: Path) -> None:
    read = loaded(path, GOOD)
    native = read.gateways["native"]
    assert native.base_url == "http://127.0.0.1:3000"
    assert native.auth.password is not None
    assert native.auth.password.get_secret_value() == PASSWORD
    assert read.dispatcher.concurrency == 20
    assert read.dispatcher.lease_seconds == 180
    assert read.dispatcher.request_timeout_seconds == 60
    assert read.dispatcher.gate_max_age_minutes == 360


def test_a_definition_file_is_looked_for_beside_the_config(
    path: Path,
) -> None:
    read = loaded(path, GOOD)
    assert read.gateways["native"].definition == "gowa"
    assert read.gateways["waha"].definition == str(path.parent / "mine.yml")


def test_secrets_do_not_show(path: Path) -> None:
    read = loaded(path, GOOD)
    assert PASSWORD not in repr(read)
    assert PASSWORD not in read.model_dump_json()


def test_platforms_are_compared_in_lower_case(path: Path) -> None:
    mixed = loaded(path, GOOD.replace("waha:", "WaHa:"))
    assert set(mixed.gateways) == {"native", "waha"}


def test_a_secret_may_stand_in_a_file(path: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    text = GOOD.replace("${GOWA_PASSWORD}", "${file:password}")
    auth = loaded(path, text).gateways["native"].auth
    assert auth.password is not None
    assert auth.password.get_secret_value() == PASSWORD


def test_any_text_may_hold_references(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOWA_HOST", "gowa.internal")
    text = GOOD.replace("127.0.0.1:3000/", "${GOWA_HOST}:3000")
    read = loaded(path, text)
    assert read.gateways["native"].base_url == "http://gowa.internal:3000"


def test_an_empty_section_means_the_defaults(path: Path) -> None:
    text = GOOD.replace("  concurrency: 20\n", "")
    assert loaded(path, text).dispatcher.concurrency == 500


def test_the_path_comes_from_the_environment(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(GOOD)
    monkeypatch.setenv("DISPATCHER_CONFIG", str(path))
    assert "native" in config.load().gateways


def test_the_path_is_the_current_folder_otherwise(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(GOOD)
    monkeypatch.chdir(path.parent)
    assert "native" in config.load().gateways


def test_a_missing_file_says_what_to_copy(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"dispatcher\.example\.yml"):
        config.load(path)


CHANGES = {
    "unknown key": (
        ("concurrency: 20", "concurency: 20"),
        (
            "dispatcher.yml:10: dispatcher.concurency: unknown key, expected"
            " one of concurrency, database_wait_seconds,"
            " gate_max_age_minutes, lease_seconds, request_timeout_seconds"
        ),
    ),
    "unknown key of a gateway": (
        ("    definition: gowa", "    definitoin: gowa"),
        (
            "dispatcher.yml:3: gateways.native.definitoin: unknown key,"
            " expected one of auth, base_url, definition"
        ),
    ),
    "missing key": (
        ("    definition: gowa\n", ""),
        "dispatcher.yml:2: gateways.native.definition: is missing",
    ),
    "wrong type": (
        ("concurrency: 20", "concurrency: many"),
        (
            "dispatcher.yml:10: dispatcher.concurrency: met 'many', expected"
            " a valid integer, unable to parse string as an integer"
        ),
    ),
    "no number at all": (
        ("concurrency: 20", "concurrency: [1]"),
        (
            "dispatcher.yml:10: dispatcher.concurrency: met a list, expected"
            " a valid integer"
        ),
    ),
    "lease shorter than a request": (
        ("concurrency: 20", "lease_seconds: 90"),
        (
            "dispatcher.yml:10: dispatcher.lease_seconds: met 90, expected"
            " more than 90: request_timeout_seconds (60) and 30 s to record"
        ),
    ),
    "request longer than the lease by default": (
        ("concurrency: 20", "request_timeout_seconds: 170"),
        (
            "dispatcher.yml:9: dispatcher.lease_seconds: met keys, expected"
            " more than 200: request_timeout_seconds (170) and 30 s to record"
        ),
    ),
    "no scheme": (
        ("http://127.0.0.1:3000/", "127.0.0.1:3000"),
        (
            "dispatcher.yml:4: gateways.native.base_url: met '127.0.0.1:3000',"
            " expected http://host or https://host"
        ),
    ),
    "credentials in the URL": (
        ("http://", f"http://operator:{PASSWORD}@"),
        (
            "dispatcher.yml:4: gateways.native.base_url: met a value not shown"
            " here, expected no user name in the URL; put it under auth"
        ),
    ),
    "a query in the URL": (
        ("3000/", "3000/?a=b"),
        (
            "dispatcher.yml:4: gateways.native.base_url: met"
            " 'http://127.0.0.1:3000/?a=b', expected a URL without ? and #,"
            " and a port above 0"
        ),
    ),
    "unset variable": (
        ("${GOWA_USER}", "${GOWA_USRE}"),
        (
            "dispatcher.yml:5: gateways.native.auth.username: ${GOWA_USRE} is"
            " not set, expected it in the environment"
        ),
    ),
    "unreadable secret file": (
        ("${GOWA_USER}", "${file:/nowhere}"),
        (
            "dispatcher.yml:5: gateways.native.auth.username: ${file:/nowhere}"
            " cannot be read: No such file or directory"
        ),
    ),
    "literal secret": (
        ("${GOWA_PASSWORD}", PASSWORD),
        (
            "dispatcher.yml:5: gateways.native.auth.password: met a literal"
            " secret, expected a reference\n"
            "Use ${NAME} and set NAME in the environment."
        ),
    ),
    "secret only partly a reference": (
        ("${GOWA_PASSWORD}", PASSWORD + "${GOWA_PASSWORD}"),
        (
            "dispatcher.yml:5: gateways.native.auth.password: met a literal"
            " secret, expected a reference\n"
            "Use ${NAME} and set NAME in the environment."
        ),
    ),
    "one gateway twice": (
        ("  WAHA:", "  NATIVE:"),
        (
            "dispatcher.yml:6: gateways.NATIVE: stands here twice, expected"
            " native once"
        ),
    ),
    "empty platform": (
        ("  WAHA:", '  "":'),
        (
            "dispatcher.yml:6: gateways.: met keys, expected a platform's"
            " name, or native for devices without one"
        ),
    ),
    "same key twice": (
        ("  concurrency: 20", "  concurrency: 20\n  concurrency: 30"),
        "dispatcher.yml:11: a key is given twice, expected each key once",
    ),
    "not YAML": (
        ("  concurrency: 20", "  concurrency: 20\n }"),
        "dispatcher.yml:11: is not YAML: ",
    ),
    "an alias that may be a password": (
        ('"${GOWA_PASSWORD}"', f"*{PASSWORD}"),
        "dispatcher.yml:5: is not YAML: found undefined alias (text)",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_an_error_names_line_key_and_what_was_expected(
    path: Path, case: str
) -> None:
    (old, new), expected = CHANGES[case]
    assert old in GOOD
    assert expected in refused(path, GOOD.replace(old, new))


def test_every_error_is_reported_at_once(path: Path) -> None:
    text = GOOD.replace("concurrency: 20", "concurrency: no\n  x: 1")
    text = text.replace("    definition: gowa\n", "")
    lines = refused(path, text).splitlines()
    assert [line.split(":")[1] for line in lines] == ["2", "9", "10"]


def test_a_user_name_has_no_colon(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOWA_USER", f"operator:{PASSWORD}")
    assert "auth.username: met '${GOWA_USER}', expected a name without" in (
        refused(path, GOOD)
    )


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n"])
def test_a_file_that_holds_no_keys(path: Path, text: str) -> None:
    assert "dispatcher.yml:1: met" in refused(path, text)


def test_a_file_that_is_no_text(path: Path) -> None:
    path.write_bytes(b"gateways: \xff\n")
    with pytest.raises(ConfigError, match="byte 10 is not UTF-8"):
        config.load(path)
    path.write_bytes(b"gateways: \x01\n")
    with pytest.raises(ConfigError, match="expected printable UTF-8"):
        config.load(path)


def test_the_example_is_valid(path: Path) -> None:
    example = Path(config.__file__).parents[1] / "dispatcher.example.yml"
    assert "native" in loaded(path, example.read_text()).gateways


def test_secrets_stay_out_of_a_traceback(path: Path) -> None:
    path.write_text(GOOD.replace("concurrency: 20", "concurrency: no"))
    code = (
        "import pathlib, dispatcher.config as c;"
        f"c.load(pathlib.Path({str(path)!r}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "dispatcher.concurrency" in ended.stderr
    assert PASSWORD not in ended.stderr
