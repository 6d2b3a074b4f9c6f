"""One hierarchy of errors, each of which says how to cure it."""

import enum


class ExitCode(enum.IntEnum):
    """What the process tells its caller; documented in the README."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    GATE_CLOSED = 3
    LEDGER = 4
    LEFT_AT_ONCE = 130  # what a shell says of a program that SIGINT ended


class DispatcherError(Exception):
    """Anything a person can cure: printed without a traceback.

    The message says what is wrong, the value met and what was expected;
    ``cure`` is the next thing to do.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, cure: str | None = None) -> None:
        super().__init__(message)
        self.cure = cure

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\n{self.cure}" if self.cure else message


class ConfigError(DispatcherError):
    """A configuration file, a profile or an option cannot be used."""


class InputError(DispatcherError):
    """A file that the user gave cannot be read as a whole."""


class DatabaseError(DispatcherError):
    """The database cannot be reached or lacks what the command needs."""


class DatabaseAwayError(DatabaseError):
    """The database does not answer now; the same may succeed later."""


class ValuesRefusedError(DatabaseError):
    """The database refuses these values; others may pass."""


class LedgerError(DispatcherError):
    """A run had to stop because of its database; names what is unknown."""

    exit_code = ExitCode.LEDGER


class GateClosedError(DispatcherError):
    """Sending is refused until a good build or a person opens the gate."""

    exit_code = ExitCode.GATE_CLOSED


class LeftAtOnceError(DispatcherError):
    """A second signal came: nothing is finished, the ledger is true."""

    exit_code = ExitCode.LEFT_AT_ONCE
