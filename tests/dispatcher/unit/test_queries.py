"""Every named query is used, and every one that is used exists."""

import ast
import re
from pathlib import Path

import dispatcher
from dispatcher.store.queries import load

SOURCE = Path(dispatcher.__file__).parent


def literals() -> set[str]:
    """Return every text that stands in the program."""
    return {
        node.value
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def named() -> set[str]:
    """Return the names that the program asks for where it asks."""
    return {
        node.args[0].value
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", None))
        in {"rows", "send", "query", "_execute", "_rows"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def parts() -> set[str]:
    """Return what stands in braces inside the queries themselves."""
    return set(re.findall(r"\{(\w+)\}", " ".join(load().values())))


def test_every_query_is_used() -> None:
    assert set(load()) - literals() - parts() == set()


def test_every_query_that_is_used_exists() -> None:
    assert {"claim", "gate", "request", "import_match"} <= named()
    assert named() - set(load()) == set()
