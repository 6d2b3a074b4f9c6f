"""The command line: parse, call, print, exit code; no logic.

Commands live one module each and are imported only when they run, so that
``dispatcher --help`` stays instant.
"""

import importlib
from typing import Any

import click

from dispatcher import __version__
from dispatcher.errors import DispatcherError

# name -> (module, attribute, one line of help)
COMMANDS = {
    "cycle": ("cycle", "cycle", "Build, run, build: once, in one process."),
    "db": ("db", "db", "The embedded Postgres: up, down, status, url."),
    "enrollments": (
        "enrollments",
        "enrollments",
        "Void enrolments, or move them to another device.",
    ),
    "gateways": (
        "gateways",
        "gateways",
        "Gateways: list, check, test, status.",
    ),
    "import": ("imports", "import_", "Load leads, sequences or devices."),
    "init": ("init", "init", "Create or migrate schema dispatch."),
    "loop": ("cycle", "loop", "Repeat cycle every N seconds."),
    "pause": ("switch", "pause", "Hold everything, or a part, until resume."),
    "resume": ("switch", "resume", "Take back a pause."),
    "retry": ("retry", "retry", "Try again what failed, its cause mended."),
    "run": ("run", "run", "Send what is due now and record the answers."),
    "settle": ("settle", "settle", "Say what became of unknown messages."),
    "status": ("status", "status", "What is due, held, in flight, unknown."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name every command."""
        return sorted(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """Import the one command that is asked for."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        loaded = importlib.import_module(f"dispatcher.cli.{module}")
        command: click.Command = getattr(loaded, attribute)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, COMMANDS[name][2]) for name in sorted(COMMANDS)]
            )

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Turn our errors into one clear message and their exit code."""
        try:
            return super().invoke(ctx)
        except DispatcherError as error:
            raise _Failure(error) from error


class _Failure(click.ClickException):
    """One of our errors, shown without a traceback."""

    def __init__(self, error: DispatcherError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code  # type: ignore[misc]  # per error


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__)
def cli() -> None:
    """Drip sequences: dbt decides what is due, this sends it, once.

    \b
    Examples:
      dispatcher db up                    start the embedded Postgres
      dispatcher init --app-schema        create the tables
      dispatcher import leads leads.csv --user UUID --device UUID
      dispatcher cycle                    build, send, build
      dispatcher status                   what is due, held and why
    """
