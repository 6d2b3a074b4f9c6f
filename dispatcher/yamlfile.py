"""YAML read into pydantic models, with errors that name file and line.

Files that hold credentials pass through here, so what an error shows of a
value is decided in one place, ``shown``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dispatcher.errors import ConfigError

REFERENCE = re.compile(r"\$\{(file:)?([^}]+)\}")
SECRET_KEY = re.compile(
    r"auth|password|token|secret|credential", re.IGNORECASE
)
URL_WITH_USER = re.compile(r"://[^/]*@")
LONGEST_SHOWN = 60

Loc = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A part of a file: no unknown keys, no values in pydantic's errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True
    )


class YamlFile:
    """One parsed file that remembers on which line each key stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tree = _parse(path)

    def values(self) -> dict[str, Any]:
        """The file's content as plain Python values."""
        plain = _plain(self._tree)
        assert isinstance(plain, dict)  # noqa: S101 - _parse has checked
        return plain

    def fail(
        self, problems: Sequence[tuple[Loc, str]], *, cure: str | None = None
    ) -> NoReturn:
        """Raise one error that lists each problem with its line."""
        lines = [
            f"{self.path}:{self._line(loc)}: {_dotted(loc)}: {problem}"
            for loc, problem in sorted(
                problems, key=lambda found: self._line(found[0])
            )
        ]
        raise ConfigError("\n".join(lines), cure=cure)

    def validate(
        self,
        model: type[Model],
        values: object = None,
        context: Mapping[str, object] | None = None,
    ) -> Model:
        """Read the file, or what became of its values, as ``model``."""
        if values is None:
            values = self.values()
        try:
            return model.model_validate(values, context=context)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
        return self.fail(
            [(each["loc"], self._problem(model, each)) for each in found]
        )

    def _problem(self, model: type[BaseModel], found: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
        loc: Loc = found["loc"]
        if found["type"] == "missing":
            return "is missing"
        if found["type"] == "extra_forbidden":
            known = ", ".join(sorted(set(_known_keys(model, loc))))
            return f"unknown key, expected one of {known}"
        expected = re.sub(
            r"^(Input should be|Value error,) (expected )?", "", found["msg"]
        )
        return f"met {self._met(loc)}, expected {expected}"

    def _met(self, loc: Loc) -> str:
        """What the file says there; references are shown, not resolved."""
        *_, (_, node) = self._walk(loc)
        return shown(loc, node)

    def _line(self, loc: Loc) -> int:
        *_, (line, _) = self._walk(loc)
        return line

    def _walk(self, loc: Loc) -> Iterator[tuple[int, Any]]:
        """Follow ``loc`` as far as the file goes: lines and nodes.

        Pydantic puts names of union members between the keys, and a key
        that is missing has no line: both stay on the line before.
        """
        line, node = 1, self._tree
        yield line, node
        for part in loc:
            children = _children(node)
            if part in children:
                mark = node.lc.data.get(part)  # none where YAML merged it in
                line = mark[0] + 1 if mark else line
                node = children[part]
                yield line, node


def load(path: Path, model: type[Model]) -> Model:
    """Read one file as ``model``."""
    return YamlFile(path).validate(model)


def shown(loc: Loc, value: object) -> str:
    """A value as an error may show it: short, and never a secret."""
    if isinstance(value, Mapping):
        return "keys"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    secret = any(SECRET_KEY.search(str(part)) for part in loc)
    if REFERENCE.fullmatch(text) is None and (
        secret or URL_WITH_USER.search(text)
    ):
        return "a value not shown here"
    if len(text) > LONGEST_SHOWN:
        text = text[:LONGEST_SHOWN] + "..."
    return repr(text) if isinstance(value, str) else text


def _parse(path: Path) -> CommentedMap:
    problem = ""
    tree = CommentedMap()
    try:
        tree = YAML().load(path.read_text("utf-8-sig"))
    except OSError as error:
        problem = f": cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        problem = f": byte {error.start} is not UTF-8, expected text"
    except YAMLError as error:
        problem = _syntax(error)
    else:
        if not isinstance(tree, CommentedMap):
            problem = f":1: met {shown((), tree)}, expected keys"
    # raised here, not above: those errors hold the file, and so its secrets
    if problem:
        message = f"{path}{problem}"
        raise ConfigError(message)
    return tree


def _syntax(error: YAMLError) -> str:
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return ": is not YAML, expected printable UTF-8 text"
    line = error.problem_mark.line + 1
    if isinstance(error, DuplicateKeyError):
        return f":{line}: a key is given twice, expected each key once"
    # ruamel quotes the file, and what it quotes may be a secret
    problem = re.sub(r"(['\"])[^<'\"]{2,}\1", "(text)", error.problem or "")
    return f":{line}: is not YAML: {problem}"


def _plain(node: Any) -> Any:  # noqa: ANN401 - whatever YAML can hold
    if isinstance(node, CommentedMap):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    for builtin in (bool, int, float, str):
        if isinstance(node, builtin):
            return builtin(node)
    return node


def _children(node: object) -> Mapping[str | int, Any]:
    if isinstance(node, CommentedMap):
        return node
    return dict(enumerate(node)) if isinstance(node, CommentedSeq) else {}


def _dotted(loc: Loc) -> str:
    """The keys a person wrote, without pydantic's own marks."""
    keys = (str(part) for part in loc)
    return ".".join(key for key in keys if not key.startswith(("[", "{")))


def _known_keys(annotation: Any, loc: Loc) -> Iterator[str]:  # noqa: ANN401
    """The keys that may stand where the last part of ``loc`` was met."""
    if not isinstance(annotation, type) or not issubclass(
        annotation, BaseModel
    ):
        rest = loc[1:] if _is_container(annotation) else loc
        for argument in get_args(annotation):
            yield from _known_keys(argument, rest)
        return
    fields = {
        field.alias or name: field.annotation
        for name, field in annotation.model_fields.items()
    }
    if len(loc) == 1:
        yield from fields
    elif loc[0] in fields:
        yield from _known_keys(fields[str(loc[0])], loc[1:])


def _is_container(annotation: object) -> bool:
    return getattr(annotation, "__origin__", None) in (dict, list)
