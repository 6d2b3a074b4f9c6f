"""The database connection of the project, read the way dbt reads it."""

import io
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dispatcher.errors import ConfigError

if TYPE_CHECKING:
    from dispatcher.embedded import Server

Parameter = str | int

_HEADING = re.compile(r"^\w+ Error\n")  # dbt's kind of error: no help
_SYNTAX_ERROR = re.compile(r"Syntax error near line \d+")

# dbt-postgres passes these on under the same name, when they are set
_SAME_NAME = (
    "host",
    "port",
    "user",
    "password",
    "connect_timeout",
    "keepalives_idle",
    "sslmode",
    "sslcert",
    "sslkey",
    "sslrootcert",
)


_EMBEDDED = "drip"  # profile, database and schema alike

# dbt-postgres wants the key password, and lets it be empty
_NEW_PROFILE = f"""\
# Written by `dispatcher db up`, which keeps host and port of it current.
{_EMBEDDED}:
  target: embedded
  outputs:
    embedded:
      type: postgres
      host:
      port:
      user: postgres
      password: ''
      dbname: {_EMBEDDED}
      schema: {_EMBEDDED}
      threads: 2
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """One target of a dbt profile, as psycopg wants it."""

    name: str
    target: str
    schema: str  # where dbt builds
    conninfo: dict[str, Parameter] = field(repr=False)  # has the password
    role: str | None = None

    def describe(self) -> str:
        """Return where this leads, in one line without any secret."""
        info = self.conninfo
        return (
            f"target {self.target!r} of profile {self.name!r}: database"
            f" {info['dbname']!r} at {info['host']}:{info['port']}"
            f" as {info['user']!r}"
        )


def load(
    project_dir: Path,
    profiles_dir: Path | None = None,
    target: str | None = None,
) -> Profile:
    """Return the profile that ``dbt build`` would use there.

    Without ``profiles_dir`` dbt looks at DBT_PROFILES_DIR, the current
    directory and ~/.dbt; without ``target`` at DBT_TARGET and the profile.

    Raises ConfigError when dbt cannot read it or it is not Postgres.
    """
    # dbt takes seconds to import, and only commands that connect need it
    from dbt.cli.flags import Flags  # noqa: PLC0415
    from dbt.config.runtime import load_profile  # noqa: PLC0415
    from dbt.flags import set_flags  # noqa: PLC0415
    from dbt_common.context import set_invocation_context  # noqa: PLC0415
    from dbt_common.exceptions import DbtBaseException  # noqa: PLC0415

    context = _command_line(project_dir, profiles_dir, target)
    folder = context.params["profiles_dir"]
    set_invocation_context(os.environ)
    try:
        flags = Flags(context)
        set_flags(flags)  # type: ignore[no-untyped-call]
        found = load_profile(
            flags.PROJECT_DIR, flags.VARS, flags.PROFILE, flags.TARGET
        )
    except (DbtBaseException, AttributeError, TypeError) as error:
        # dbt's text may quote the password, so nothing may log it either
        raise _failure(_reason(error), folder) from None
    if found.credentials.type != "postgres":
        reason = (
            f"target {found.target_name!r} of profile"
            f" {found.profile_name!r} has type {found.credentials.type!r},"
            " expected 'postgres'"
        )
        raise _failure(reason, folder)
    credentials = vars(found.credentials)
    return Profile(
        name=found.profile_name,
        target=found.target_name,
        schema=credentials["schema"],
        conninfo=_conninfo(credentials),
        role=credentials["role"] or None,
    )


def write_embedded(server: "Server", profiles_dir: Path) -> Path:
    """Write profiles.yml with a target for that server; return the file.

    A file that exists is somebody's: of it only ``host`` and ``port`` of
    target ``embedded`` are ours, and nothing else of it changes.

    Raises ConfigError when an existing file has no such target.
    """
    file = profiles_dir / "profiles.yml"
    yaml = YAML()  # its round trip keeps comments and order
    yaml.preserve_quotes = True
    try:
        text = file.read_text() if file.exists() else _NEW_PROFILE
        content = yaml.load(text)
        ours = {"host": server.host, "port": server.port}
        content[_EMBEDDED]["outputs"]["embedded"].update(ours)
    except (KeyError, TypeError, AttributeError, YAMLError):
        message = f"{file} has no target {_EMBEDDED}.outputs.embedded"
        cure = "add one, or move the file away to have it written anew"
        raise ConfigError(message, cure=cure) from None
    changed = io.StringIO()
    yaml.dump(content, changed)
    file.write_text(changed.getvalue())
    return file


def _command_line(
    project_dir: Path, profiles_dir: Path | None, target: str | None
) -> click.Context:
    """Let dbt's own command line work out its directories and target."""
    from dbt.cli.flags import args_to_context  # noqa: PLC0415

    # of all subcommands, debug alone bears a directory that is not there,
    # so that the message about it is ours
    args = ["debug", f"--project-dir={project_dir}"]
    if profiles_dir is not None:
        args.append(f"--profiles-dir={profiles_dir}")
    if target is not None:
        args.append(f"--target={target}")
    try:
        return args_to_context(args)
    except click.ClickException as error:
        message = f"dbt: {error.message}"
        cure = "name the folder of dbt_project.yml by --project-dir"
        raise ConfigError(message, cure=cure) from error


def _conninfo(
    credentials: dict[str, Parameter | None],
) -> dict[str, Parameter]:
    """Translate dbt-postgres credentials to libpq, as dbt-postgres does."""
    info = {"dbname": credentials["database"]} | {
        name: credentials[name] for name in _SAME_NAME
    }
    if search_path := credentials["search_path"]:
        escaped = str(search_path).replace(" ", "\\ ")
        info["options"] = f"-c search_path={escaped}"
    if not info["keepalives_idle"]:  # dbt's way to say: the default
        del info["keepalives_idle"]
    return {key: value for key, value in info.items() if value is not None}


def _reason(error: BaseException) -> str:
    """Return what dbt objects to, without any value of the profile."""
    from dbt_common.dataclass_schema import ValidationError  # noqa: PLC0415

    if isinstance(error, AttributeError | TypeError):
        return "profiles.yml is not as expected: profile, outputs, target"
    text = str(error)
    if excerpt := _SYNTAX_ERROR.search(text):  # quotes the lines around
        return f"profiles.yml: {excerpt[0]}"
    invalid = error.__cause__
    if isinstance(invalid, ValidationError) and invalid.absolute_path:
        key = ".".join(str(part) for part in invalid.absolute_path)
        wanted = f"{invalid.validator} {invalid.validator_value}"
        return f"profiles.yml: {key!r} is not as expected: {wanted}"
    return " ".join(_HEADING.sub("", text).split())


def _failure(reason: str, profiles_dir: str) -> ConfigError:
    """Return the error for a profile that dbt refuses."""
    file = Path(profiles_dir, "profiles.yml")
    if file.exists():
        cure = f"correct {file}; `dbt debug` shows what dbt makes of it"
    else:
        cure = (
            f"there is no {file}: run `dispatcher db up` and set"
            " DBT_PROFILES_DIR as it says, or name a folder that has one"
            " by --profiles-dir"
        )
    return ConfigError(reason, cure=cure)
