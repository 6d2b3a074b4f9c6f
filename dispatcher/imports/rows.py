"""A delimited file, record by record, whatever is wrong with some of them.

The csv module alone would let one unterminated quote swallow the rest of
the file and one wrong byte end it. So its lines come through a reader that
remembers them: a record that fails is refused, and reading goes on with the
line after the one where it began.
"""

import codecs
import csv
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from dispatcher.errors import InputError

MAX_LINES = 100  # in one record, so that memory stays bounded
MAX_BYTES = 1 << 17  # in one line: csv's own limit for a field


class RowError(ValueError):
    """One row cannot be used; the column at fault, and why."""

    def __init__(self, reason: str, column: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that is refused; column '' means the row as a whole."""

    line: int
    column: str
    reason: str
    raw: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its known columns that are not blank, trimmed."""

    line: int
    values: dict[str, str]
    raw: str = field(repr=False)

    def refused(self, error: RowError) -> Reject:
        """Return this row as refused."""
        return Reject(self.line, error.column, error.reason, self.raw)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    fault: str


class _Lines:
    """Feed csv.reader, and remember what the present record has taken."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._waiting: deque[_Line] = deque()
        self._number = 0
        self.taken: list[_Line] = []
        self.position = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if len(self.taken) == MAX_LINES:
            raise StopIteration
        line = self._waiting.popleft() if self._waiting else self._read()
        self.taken.append(line)
        return line.text

    def begin(self) -> None:
        """Forget the last record."""
        self.taken.clear()

    def give_back(self, keep: int) -> None:
        """Read all but the first ``keep`` lines of the record again."""
        self._waiting.extendleft(reversed(self.taken[keep:]))
        del self.taken[keep:]

    def fault(self) -> str:
        """Return what is wrong with a line of the record, if any is."""
        for index, line in enumerate(self.taken):
            if line.fault:
                self.give_back(keep=index + 1)
                return line.fault
        return ""

    def _read(self) -> _Line:
        data = self._file.readline(MAX_BYTES)
        if not data:
            raise StopIteration
        self._number += 1
        self.position += len(data)
        if self._number == 1:
            data = data.removeprefix(codecs.BOM_UTF8)
        fault = ""
        if len(data) == MAX_BYTES and not data.endswith(b"\n"):
            self._skip_line()
            fault = f"line is longer than {MAX_BYTES} bytes"
            data = data[:1000] + b"\n"
        elif b"\0" in data:
            fault = "NUL byte"
            data = data.replace(b"\0", b"\\x00")
        try:
            return _Line(self._number, data.decode(), fault)
        except UnicodeDecodeError as error:
            fault = fault or f"byte {error.start + 1} is not UTF-8"
            text = data.decode(errors="backslashreplace")
            return _Line(self._number, text, fault)

    def _skip_line(self) -> None:
        while rest := self._file.readline(MAX_BYTES):
            self.position += len(rest)
            if rest.endswith(b"\n"):
                return


class Table:
    """The records of a CSV file with a header.

    Columns are found by name, whatever their case; the delimiter is the one
    of comma, semicolon and tab that shows most of the known columns.

    Raises InputError when the file cannot be read or its header not used.
    """

    def __init__(
        self, path: Path, columns: Collection[str], required: Collection[str]
    ) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
            self.size = path.stat().st_size
        except OSError as error:
            message = f"cannot read {path}: {error.strerror}"
            raise InputError(message) from error
        try:
            self._lines = _Lines(self._file)
            self._header = self._read_header(columns)
            self._check_header(required)
        except BaseException:
            self._file.close()
            raise
        self._known = frozenset(columns)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def ignored(self) -> list[str]:
        """The columns of the file that nothing here reads."""
        return [
            name for name in self._header if name and name not in self._known
        ]

    @property
    def position(self) -> int:
        """How many bytes of the file have been read."""
        return self._lines.position

    def __iter__(self) -> Iterator[Row | Reject]:
        while True:
            self._lines.begin()
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._refuse_quotes(str(error))
                continue
            if any(fields):
                yield self._row(fields)

    def _row(self, fields: list[str]) -> Row | Reject:
        """Return a record by column name, or say why it is none."""
        if fault := self._lines.fault():
            return self._refuse(fault)
        expected = len(self._header)
        if len(fields) < expected or any(fields[expected:]):
            reason = f"{len(fields)} fields, the header has {expected}"
            if len(self._lines.taken) > 1:  # a stray quote joined rows
                self._lines.give_back(keep=1)
                reason = "unterminated quote: joined to the next line"
            return self._refuse(reason)
        values = {
            name: text
            for name, value in zip(self._header, fields, strict=False)
            if name in self._known and (text := value.strip())
        }
        return Row(self._lines.taken[0].number, values, self._raw())

    def _refuse_quotes(self, error: str) -> Reject:
        """Refuse the line where a record began that csv cannot read."""
        if fault := self._lines.fault():
            return self._refuse(fault)
        if len(self._lines.taken) > 1 or "unexpected end" in error:
            self._lines.give_back(keep=1)
            return self._refuse("unterminated quote")
        return self._refuse(error)

    def _refuse(self, reason: str) -> Reject:
        return Reject(self._lines.taken[0].number, "", reason, self._raw())

    def _raw(self) -> str:
        return "".join(line.text for line in self._lines.taken).rstrip("\r\n")

    def _read_header(self, columns: Collection[str]) -> list[str]:
        first = next(self._lines, "")
        if not first.strip():
            message = f"{self._path} is empty, expected a header line"
            raise InputError(message)
        if fault := self._lines.taken[0].fault:
            message = f"{self._path}:1: the header is not text: {fault}"
            raise InputError(message, cure="save the file as CSV UTF-8")
        self._lines.give_back(keep=0)
        delimiter = max(
            ",;\t", key=lambda sign: len(set(columns) & _names(first, sign))
        )
        self._reader = csv.reader(
            self._lines,
            delimiter=delimiter,
            strict=True,
            skipinitialspace=True,
        )
        try:
            return [_name(cell) for cell in next(self._reader)]
        except csv.Error as error:
            message = f"{self._path}:1: cannot read the header: {error}"
            raise InputError(message) from error

    def _check_header(self, required: Collection[str]) -> None:
        found = [name for name in self._header if name]
        for name in required:
            if name not in found:
                message = (
                    f"{self._path}:1: no column {name!r} in the header,"
                    f" which has {', '.join(found)[:200]}"
                )
                cure = "the first line must name the columns"
                raise InputError(message, cure=cure)
        for name in found:
            if found.count(name) > 1:
                message = f"{self._path}:1: column {name!r} stands twice"
                raise InputError(message)


def _name(cell: str) -> str:
    """Return a column's name as it is looked up: ``Device ID`` matches."""
    return cell.strip().casefold().replace(" ", "_")


def _names(header: str, delimiter: str) -> set[str]:
    return {_name(cell.strip().strip('"')) for cell in header.split(delimiter)}
