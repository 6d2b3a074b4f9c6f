"""The file of refused rows: what a person corrects and imports again."""

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO, cast

from dispatcher.errors import InputError

if TYPE_CHECKING:
    from types import TracebackType

    from dispatcher.imports.rows import Reject

HEADER = ("line", "column", "reason", "row")


class Rejects:
    """Write refused rows to a file that exists only when there are some.

    The file holds the rows as they were, phones and credentials with them,
    so only its owner may read it. It takes its name at the end: a killed
    import leaves the one of the import before.

    Raises InputError when the path is that of another file.
    """

    def __init__(self, path: Path, source: Path) -> None:
        self.path = path
        self.count = 0
        self._file: TextIO | None = None
        _check_path(path, source)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        value: BaseException | None,
        traceback: "TracebackType | None",
    ) -> None:
        if self._file:
            self._file.close()
            if kind is None:
                Path(self._file.name).replace(self.path)
            else:
                Path(self._file.name).unlink()
        elif kind is None:
            self.path.unlink(missing_ok=True)  # of an earlier import

    def add(self, reject: "Reject") -> None:
        """Write one refused row."""
        if self._file is None:
            self._file = self._open()
            self._writer = csv.writer(self._file)
            self._writer.writerow(HEADER)
        self.count += 1
        self._writer.writerow(
            (reject.line, reject.column, reject.reason, reject.raw)
        )

    def _open(self) -> TextIO:
        """Return a file of mode 0600 under a name that is no one else's."""
        try:
            return cast(
                "TextIO",
                tempfile.NamedTemporaryFile(
                    "w",
                    encoding="utf-8",
                    newline="",
                    prefix=f"{self.path.name}.",
                    suffix=".part",
                    dir=self.path.parent,
                    delete=False,
                ),
            )
        except OSError as error:
            message = f"cannot write {self.path}: {error.strerror}"
            cure = "name another file by --rejects"
            raise InputError(message, cure=cure) from error


def _check_path(path: Path, source: Path) -> None:
    """Refuse to overwrite what is not a file of refused rows."""
    if not path.exists():
        return
    first = ",".join(HEADER)
    cure = "name another file by --rejects"
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            ours = file.readline(len(first) + 1).rstrip("\r\n") == first
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise InputError(message, cure=cure) from error
    if not ours or path.resolve() == source.resolve():
        message = f"{path} exists and is not a file of refused rows"
        raise InputError(message, cure=cure)
