"""A build of dbt's as what it said to the server, said again.

A test of a rule needs the statements of a build, not dbt's way to them, which
is two thirds of what a build costs. dbt's way depends on the project, the
vars and what the server answers, and on nothing else. So a build is recorded
with its answers, and said again only for the same project and vars, while
each answer is the recorded one. Where the first other answer comes before
anything was written, dbt builds (and that is recorded, too); where it comes
later, the test fails and says so: then the test is one for dbt itself.

Workers of one run share what they recorded, each with a server of its own.
"""

import pickle
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5, sha256
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import psycopg2  # type: ignore[import-untyped]
from dbt.graph.thread_pool import DbtThreadPool
from dbt_common.invocation import get_invocation_id

_connect = psycopg2.connect

_TEMPORARY = ("pg_temp_", "pg_toast_temp_")

# How dbt names an index; `create index if not exists` trusts in it
_INDEX = re.compile(r"\b[0-9a-f]{32}\b")

# The first thing a build writes
_BEGINS = "dispatch.begin_run("


class OtherAnswerError(AssertionError):
    """The server does not answer as it did when the tape was recorded."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said over one connection, and what was answered."""

    connection: int
    method: str
    arguments: tuple[Any, ...]
    answer: Any


@dataclass
class Tape:
    """All that was said in one build, in its order."""

    said: list[Said] = field(default_factory=list)
    invocation_id: str = ""

    def play(self, server: Mapping[str, object]) -> bool:
        """Say it again, to that server; tell whether the answers are the same.

        Raises OtherAnswerError when one is not and something was written.
        """
        line = _Line(self.invocation_id, server)
        try:
            for said in self.said:
                answer = line.say(said)
                if _plain(answer) == said.answer:
                    continue
                if line.has_written:
                    raise OtherAnswerError(_explain(said, answer))
                return False
        finally:
            line.hang_up()
        return True


class Shelf:
    """The tapes of a run, by what was built."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._tapes: dict[str, dict[str, Tape]] = {}

    def share(self, folder: Path) -> None:
        """Keep them where other workers find them, and take theirs."""
        self._folder = folder

    def build_again(
        self,
        what: str,
        server: Mapping[str, object],
        by_dbt: Callable[[], object],
    ) -> None:
        """Build as dbt did before for the same, or let dbt build."""
        name = sha256(what.encode()).hexdigest()[:16]
        if any(tape.play(server) for tape in self._found(name)):
            return
        tape = Tape()
        with _recorded(tape):
            by_dbt()
        self._keep(name, tape)

    def _found(self, name: str) -> Iterator[Tape]:
        known = self._tapes.setdefault(name, {})
        yield from list(known.values())
        for file in self._folder.glob(f"{name}_*") if self._folder else ():
            if file.name not in known:
                known[file.name] = pickle.loads(  # noqa: S301  # our own
                    zlib.decompress(file.read_bytes())
                )
                yield known[file.name]

    def _keep(self, name: str, tape: Tape) -> None:
        file = f"{name}_{tape.invocation_id}"
        self._tapes[name][file] = tape
        if self._folder:
            unfinished = self._folder / f"unfinished_{file}"
            unfinished.write_bytes(zlib.compress(pickle.dumps(tape), level=1))
            unfinished.rename(self._folder / file)


SHELF = Shelf()


@contextmanager
def _recorded(tape: Tape) -> Iterator[None]:
    """Record what one build says; one node after another, to be an order."""
    numbers = count()

    def connect(**options: Any) -> _Recorder:
        number = next(numbers)
        tape.said.append(Said(number, "connect", (options,), None))
        return _Recorder(_connect(**options), number, tape.said)

    def one_thread(_: int, *rest: Any) -> DbtThreadPool:
        return DbtThreadPool(1, *rest)  # type: ignore[no-untyped-call]

    with (
        patch.object(psycopg2, "connect", connect),
        patch("dbt.task.runnable.DbtThreadPool", one_thread),
    ):
        yield
    tape.invocation_id = get_invocation_id()


class _Recorder:
    """A connection or a cursor that keeps what is asked and answered."""

    def __init__(self, inner: Any, number: int, said: list[Said]) -> None:
        self._inner = inner
        self._number = number
        self._said = said

    def cursor(self) -> "_Recorder":
        return _Recorder(self._inner.cursor(), self._number, self._said)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._kept(name, found) if name in _KEPT else found

    def _kept(
        self, name: str, method: Callable[..., Any]
    ) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            answer = method(*arguments)
            self._said.append(
                Said(self._number, name, arguments, _plain(answer))
            )
            return answer

        return call


_KEPT = {
    *("execute", "fetchall", "fetchmany", "fetchone"),
    *("commit", "rollback", "close"),
}


class _Line:
    """The connections of a build; one that was closed is taken again, as new.

    A server spends as much on new connections as on the statements.
    """

    def __init__(
        self, invocation_id: str, server: Mapping[str, object]
    ) -> None:
        self.has_written = False
        self._server = server
        self._recorded, self._own = invocation_id, str(uuid4())
        self._used: dict[int, Any] = {}
        self._cursors: dict[int, Any] = {}
        self._free: list[Any] = []

    def say(self, said: Said) -> Any:
        """Return the answer."""
        number, arguments = said.connection, said.arguments
        if said.method == "connect":
            self._used[number] = (
                self._free.pop()
                if self._free
                else _connect(**{**arguments[0], **self._server})
            )
            return None
        connection = self._used[number]
        if said.method == "close":
            return self._close(number)
        if said.method in {"commit", "rollback"}:
            return getattr(connection, said.method)()
        if said.method == "execute":
            self._cursors[number] = connection.cursor()
            text, *values = arguments
            arguments = (self._renamed(text), *values)
            self.has_written |= _BEGINS in text
        return getattr(self._cursors[number], said.method)(*arguments)

    def _renamed(self, text: str) -> str:
        """Return it with the names that are new in each build."""
        text = text.replace(self._recorded, self._own)
        return _INDEX.sub(
            lambda found: md5((self._own + found[0]).encode()).hexdigest(),  # noqa: S324  # a name
            text,
        )

    def hang_up(self) -> None:
        for connection in (*self._used.values(), *self._free):
            connection.close()

    def _close(self, number: int) -> None:
        connection = self._used.pop(number)
        connection.rollback()
        connection.autocommit = True
        connection.cursor().execute("discard all")
        connection.autocommit = False
        self._free.append(connection)


def _plain(answer: Any) -> Any:
    """Return rows without an order, which nobody asked for.

    And without the schemas in which sessions keep their temporary tables.
    """
    if not isinstance(answer, list):
        return answer
    return sorted(
        (row for row in answer if not str(row[0]).startswith(_TEMPORARY)),
        key=repr,
    )


def _explain(said: Said, answer: Any) -> str:
    return (
        "build it with dbt, for a build that was recorded is no help here:"
        f" {answer!r} instead of {said.answer!r}"
    )
