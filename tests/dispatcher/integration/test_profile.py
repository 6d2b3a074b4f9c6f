"""The profile: found and read as dbt does, and silent about passwords."""

import subprocess
import sys
from pathlib import Path

import pytest

from dispatcher import profile
from dispatcher.errors import ConfigError

PROFILES = """
drip:
  target: dev
  outputs:
    dev:
      type: postgres
      host: db.example
      user: alice
      password: s3cret
      port: 5433
      dbname: crm
      schema: analytics
    prod:
      type: postgres
      host: "{{ env_var('TEST_HOST') }}"
      user: "{{ env_var('TEST_USER', 'bob') }}"
      pass: "{{ env_var('DBT_ENV_SECRET_TEST') }}"
      port: "{{ env_var('TEST_PORT') | as_number }}"
      dbname: crm
      schema: analytics
      role: writer
      search_path: a, b
      sslmode: verify-full
      sslcert: cert
      sslkey: key
      sslrootcert: root
      keepalives_idle: 30
      connect_timeout: 3
"""


def profiles(folder: Path, text: str = PROFILES) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "profiles.yml").write_text(text)
    return folder


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dbt_project.yml").write_text("name: tiny\nprofile: drip\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return folder


def test_default_target(project: Path, tmp_path: Path) -> None:
    found = profile.load(project, profiles(tmp_path / "p"))

    assert found == profile.Profile(
        name="drip",
        target="dev",
        schema="analytics",
        conninfo={
            "host": "db.example",
            "port": 5433,
            "user": "alice",
            "password": "s3cret",
            "dbname": "crm",
            "connect_timeout": 10,
        },
    )


def test_every_parameter_and_env_var(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_HOST", "prod.example")
    monkeypatch.setenv("TEST_PORT", "6543")
    monkeypatch.setenv("DBT_ENV_SECRET_TEST", "s3cret")

    found = profile.load(project, profiles(tmp_path / "p"), "prod")

    assert found.target == "prod"
    assert found.role == "writer"
    assert found.conninfo == {
        "host": "prod.example",
        "port": 6543,
        "user": "bob",
        "password": "s3cret",
        "dbname": "crm",
        "connect_timeout": 3,
        "keepalives_idle": 30,
        "options": "-c search_path=a,\\ b",
        "sslmode": "verify-full",
        "sslcert": "cert",
        "sslkey": "key",
        "sslrootcert": "root",
    }


def test_search_order(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def text(host: str) -> str:
        return PROFILES.replace("db.example", host)

    def host(profiles_dir: Path | None = None) -> object:
        return profile.load(project, profiles_dir).conninfo["host"]

    (tmp_path / "home").mkdir()
    profiles(tmp_path / "home" / ".dbt", text("home"))
    assert host() == "home"
    profiles(tmp_path, text("cwd"))
    assert host() == "cwd"
    folder = profiles(tmp_path / "env", text("env"))
    monkeypatch.setenv("DBT_PROFILES_DIR", str(folder))
    assert host() == "env"
    assert host(profiles(tmp_path / "option", text("option"))) == "option"


def test_dbt_target_variable(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_TARGET", "nowhere")

    with pytest.raises(ConfigError, match="nowhere"):
        profile.load(project, profiles(tmp_path / "p"))


def test_unknown_target_names_the_known(project: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'staging'.*- dev - prod"):
        profile.load(project, profiles(tmp_path / "p"), "staging")


def test_missing_file_says_where_and_what_to_run(
    project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "none"

    with pytest.raises(
        ConfigError, match=rf"no {folder}/profiles.yml: run `dispatcher db up`"
    ):
        profile.load(project, folder)


def test_missing_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"(?s)none.*--project-dir"):
        profile.load(tmp_path / "none", profiles(tmp_path / "p"))


def test_missing_variable_is_named(project: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'TEST_HOST'"):
        profile.load(project, profiles(tmp_path / "p"), "prod")


def test_another_database_is_refused(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = "dbt.adapters.postgres.connections.PostgresCredentials.type"
    monkeypatch.setattr(credentials, "redshift")

    with pytest.raises(
        ConfigError, match="type 'redshift', expected 'postgres'"
    ):
        profile.load(project, profiles(tmp_path / "p"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("- drip", "is not as expected: profile"),
        ("drip", "is not as expected: profile"),
        ("drip: {target: dev}", "outputs not specified"),
        ("drip: {target: dev, outputs: [dev]}", "is not as expected: profile"),
        (PROFILES.replace("postgres", "oracle"), "adapter type oracle"),
        (PROFILES.replace("host: db", "hose: db"), "'host' is a required"),
        (PROFILES.replace("5433", "high"), "'port' is not as expected: type"),
        (
            PROFILES.replace("s3cret", "5302719468"),
            "'password' is not as expected",
        ),
        (PROFILES.replace("user: alice", "user: {"), "Syntax error near line"),
        (PROFILES.replace("s3cret", "'s3cret"), "Syntax error near line"),
        (PROFILES.replace("alice", "alice\n      pass: s3cret"), "duplicate"),
    ],
)
def test_refused_profile_says_why_without_a_value(
    project: Path, tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        profile.load(project, profiles(tmp_path / "p", text))

    assert "s3cret" not in str(caught.value)
    assert "5302719468" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert caught.value.cure
    assert "profiles.yml" in caught.value.cure


def test_no_password_where_a_profile_is_shown(
    project: Path, tmp_path: Path
) -> None:
    found = profile.load(project, profiles(tmp_path / "p"))

    assert found.describe() == (
        "target 'dev' of profile 'drip': database 'crm' at db.example:5433"
        " as 'alice'"
    )
    assert "s3cret" not in repr(found)


def test_dbt_is_imported_only_to_load() -> None:
    code = "import sys, dispatcher.profile; assert 'dbt' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True)
