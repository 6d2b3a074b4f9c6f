"""``db`` and ``init`` from the command line."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from dispatcher import embedded
from dispatcher.cli import cli


@pytest.fixture(scope="module")
def project() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="drip", dir="/tmp") as name:
        folder = Path(name)
        (folder / "dbt_project.yml").write_text("name: tiny\nprofile: drip\n")
        yield folder
        embedded.down(folder / ".local" / "pgdata")


@pytest.fixture(autouse=True)
def _in_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)


def run(*args: str, **environment: str) -> Result:
    return CliRunner().invoke(cli, args, env=environment)


def test_from_nothing_to_tables(project: Path) -> None:
    assert run("db", "status").stdout == "not running\n"

    up = run("db", "up")

    folder = project / ".local"
    assert (folder / "pgdata" / "PG_VERSION").exists()
    assert up.stdout == f"export DBT_PROFILES_DIR={folder}\n"
    environment = {"DBT_PROFILES_DIR": str(folder)}
    first = run("init", "--app-schema", **environment)
    again = run("init", **environment)
    assert first.stdout.startswith(
        "schema public: the CRM's tables exist\nschema dispatch: "
    )
    assert again.stdout == "schema dispatch: up to date\n"
    assert run("db", "status").stdout.startswith("running: pid ")
    assert run("db", "url").stdout.startswith("postgresql://postgres@/drip?")


def test_app_schema_of_another_name(project: Path) -> None:
    run("db", "up")

    result = run(
        *("init", "--app-schema", "--app-schema-name", "crm"),
        *("--profiles-dir", f"{project}/.local", "--target", "embedded"),
    )

    assert result.stdout.startswith("schema crm: the CRM's tables exist\n")
    with psycopg.connect(run("db", "url").stdout.strip()) as connection:
        connection.execute("select from crm.leads")


def test_data_dir_elsewhere(project: Path) -> None:
    data_dir = project / "elsewhere"

    run("db", "up", "--data-dir", str(data_dir))

    profiles = (project / ".local" / "profiles.yml").read_text()
    assert f"host: {data_dir}\n" in profiles
    assert run("db", "down", "--data-dir", "elsewhere").stdout == "stopped\n"


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("db", "url"), 2, "start it: `dispatcher db up`"),
        (("db", "status"), 1, ""),
        (("db", "down"), 0, ""),
        (("init", "--profiles-dir", "none"), 2, "there is no none/profiles"),
        (("init", "--project-dir", "none"), 2, "'none' does not exist"),
    ],
)
def test_exit_code_and_cure_when_nothing_runs(
    args: tuple[str, ...], code: int, message: str
) -> None:
    run("db", "down")

    result = run(*args)

    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "args", [("db",), ("db", "up"), ("db", "url"), ("init",)]
)
def test_help_has_examples(args: tuple[str, ...]) -> None:
    assert "Examples:\n    " in run(*args, "--help").stdout
