"""What the documents name must exist."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from dispatcher.cli import COMMANDS, cli
from dispatcher.errors import ExitCode

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
GUARANTEES = (ROOT / "docs/guarantees.md").read_text()


def blocks(text: str) -> str:
    """Everything in the README that a person would type."""
    fenced = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return "\n".join([*fenced, *re.findall(r"`([^`\n]+)`", text)])


def find(words: list[str]) -> click.Command:
    """The command that these words name, below ``dispatcher``."""
    command: click.Command = cli
    context = click.Context(cli)
    for word in words:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(context, word)
        assert found is not None, f"no command {word!r} in {words}"
        command = found
    return command


@pytest.mark.parametrize(
    "line",
    sorted(set(re.findall(r"dispatcher ([a-z][^\n)`\"]*)", blocks(README)))),
)
def test_readme_commands_exist(line: str) -> None:
    words = line.split(" && ", maxsplit=1)[0].split(",", maxsplit=1)[0].split()
    plain = [word for word in words if re.fullmatch(r"[a-z]+", word)]
    command = find(plain)
    options = {name for param in command.params for name in param.opts}
    for option in re.findall(r"--[a-z-]+", line.split(" && ", maxsplit=1)[0]):
        assert option in options, f"dispatcher {line}: no option {option}"


@pytest.mark.parametrize(
    "target", re.findall(r"make ([a-z]+)", blocks(README))
)
def test_readme_make_targets_exist(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_commands_are_in_the_readme_and_have_examples(name: str) -> None:
    command = find([name])
    assert f"dispatcher {name}" in README
    assert command.help
    assert "Examples:" in command.help


def test_readme_lists_every_exit_code() -> None:
    listed = re.findall(r"^\| (\d+) \|", README, re.MULTILINE)
    assert sorted(map(int, listed)) == sorted(ExitCode)


@pytest.mark.parametrize(
    "path", re.findall(r"\]\(([^)#]+)\)|docs/examples/\S+", README)
)
def test_readme_links_lead_somewhere(path: str) -> None:
    assert not path or (ROOT / path).exists()


def test_help_is_instant() -> None:
    """It must not import what costs time; a clock would be a flaky judge."""
    code = (
        "import sys\n"
        "from dispatcher.cli import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        "heavy = {'dbt', 'psycopg', 'aiohttp', 'pydantic', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def named_python_tests() -> set[str]:
    """Each ``file::test`` that guarantees.md names."""
    return set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", GUARANTEES))


def dbt_tests() -> set[str]:
    """The names of all unit tests and of all named data tests."""
    names: set[str] = set()
    for file in [*ROOT.glob("models/**/*.yml"), *ROOT.glob("tests/dbt/**/*")]:
        names.add(file.stem)
        if file.suffix == ".yml":
            names |= set(re.findall(r"name: (\w+)", file.read_text()))
    return names


@pytest.mark.parametrize("name", sorted(named_python_tests()))
def test_guarantees_name_python_tests_that_exist(name: str) -> None:
    file, function = name.split("::")
    tree = ast.parse((ROOT / file).read_text())
    functions = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert function in functions


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`dbt:(\w+)`", GUARANTEES)))
)
def test_guarantees_name_dbt_tests_that_exist(name: str) -> None:
    assert name in dbt_tests()


def test_every_guarantee_has_a_test() -> None:
    rows = re.findall(r"^\| (\d) \|.*$", GUARANTEES, re.MULTILINE)
    assert rows == list("1234567")
    for line in GUARANTEES.splitlines():
        if re.match(r"^\| \d \|", line):
            assert "`tests/" in line or "`dbt:" in line


def test_every_old_failure_has_its_answer() -> None:
    """All 117, in order: a test, a sentence that says why, or the part."""
    rows = re.findall(
        r"^\| #(\d+) \| (.+) \| (.+) \|$", GUARANTEES, re.MULTILINE
    )
    assert [int(number) for number, _, _ in rows] == [*range(1, 118)]
    for number, failure, answer in rows:
        assert failure.strip(), number
        is_told = re.match(r"[A-Z].*[.]", answer)
        assert "`tests/" in answer or "`dbt:" in answer or is_told, number
