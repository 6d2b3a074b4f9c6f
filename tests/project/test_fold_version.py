"""The fold's logic has a version, so that new logic refolds everything."""

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
RECORDED = Path(__file__).with_name("fold_version.txt")


def test_new_logic_of_the_fold_has_a_new_version() -> None:
    project = YAML(typ="safe").load(ROOT / "dbt_project.yml")
    current = f"{project['vars']['fold_version']} {logic_hash()}"
    assert current == RECORDED.read_text().strip(), (
        "the SQL of the fold changed: raise the var fold_version, so that"
        f" contacts are folded anew by it, and write {current!r} to {RECORDED}"
    )


def test_the_hash_is_of_what_the_fold_runs() -> None:
    read = {file.stem for file in fold_files()}
    assert {"int_steps_settled", "sequence_contacts", "sendable_from"} <= read
    assert "due_steps" not in read


def logic_hash() -> str:
    """Hash the fold's SQL without its comments and white space."""
    text = " ".join(file.read_text() for file in fold_files())
    return sha256("".join(_bare(text)).encode()).hexdigest()[:16]


def _bare(text: str) -> list[str]:
    """Return the words that are left without comments."""
    # line comments first end at their line, jinja's may span several
    without = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    return re.sub(r"--.*", "", without).split()


def fold_files() -> list[Path]:
    """Return the fold's models and the macros they use, sorted by name."""
    models = {
        *ROOT.glob("models/intermediate/delivery/*.sql"),
        ROOT / "models/marts/queue/sequence_contacts.sql",
        *ROOT.glob("models/intermediate/enrollment/int_leads_*.sql"),
        *ROOT.glob("models/intermediate/enrollment/int_wishes_*.sql"),
        ROOT / "models/intermediate/enrollment/int_sequences_entered.sql",
        ROOT / "models/marts/enrollment/enrollment_wishes.sql",
    }
    return sorted(models | _macros_of(models), key=lambda file: file.stem)


def _macros_of(files: Iterable[Path]) -> set[Path]:
    """Return the macros that the files use, and those that these use."""
    text = " ".join(file.read_text() for file in files)
    named = set(re.findall(r"\b(\w+)\(", text))
    used = {ROOT / f"macros/{name}.sql" for name in named}
    found = {file for file in used if file.exists()} - set(files)
    return found | _macros_of({*files, *found}) if found else set()
