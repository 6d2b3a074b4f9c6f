"""What the values of a sequences file must be to one another."""

from collections.abc import Collection, Iterator
from pathlib import Path

from dispatcher.imports.sequences import Document, Sequence, Step
from dispatcher.yamlfile import Loc, YamlFile

Problem = tuple[Loc, str]


class SequenceFile:
    """A file whose sequences are sound in themselves.

    Raises ConfigError, which names the line of everything that is not.
    """

    def __init__(self, path: Path) -> None:
        self._file = YamlFile(path)
        document = self._file.validate(Document)
        self.sequences = document.sequences
        self._fail_if(list(_problems(self.sequences)))

    def check_links(self, triggers: Collection[str]) -> None:
        """Refuse a next_trigger that leads nowhere.

        ``triggers`` are those of the tenant's sequences that are not in
        this file, folded.
        """
        self._fail_if(list(_dead_links(self.sequences, triggers)))

    def fail(self, name: str, problem: str) -> None:
        """Refuse the sequence of that name."""
        for index, sequence in enumerate(self.sequences):
            if sequence.name == name:
                self._fail_if([(("sequences", index, "name"), problem)])

    def _fail_if(self, problems: list[Problem]) -> None:
        if problems:
            self._file.fail(problems)


def _problems(sequences: list[Sequence]) -> Iterator[Problem]:
    names = [sequence.name for sequence in sequences]
    for index, sequence in enumerate(sequences):
        here: Loc = ("sequences", index)
        if sequence.name in names[:index]:
            yield (*here, "name"), f"{sequence.name!r} stands twice"
        yield from _gap_problems(here, sequence)
        for step_index, step in enumerate(sequence.steps):
            yield from _step_problems((*here, "steps", step_index), step)
        yield from _days_and_keys(here, sequence)
        yield from _entry_problems(here, sequence)
        yield from _chain_problems(here, sequence)


def _step_problems(here: Loc, step: Step) -> Iterator[Problem]:
    if step.type == "text" and not (step.message or "").strip():
        yield (*here, "message"), "a step of type text needs a message"
    if step.type != "text" and step.media_url is None:
        problem = f"a step of type {step.type} needs a media_url"
        yield (*here, "media_url"), problem
    yield from _gap_problems(here, step)


def _gap_problems(here: Loc, part: Sequence | Step) -> Iterator[Problem]:
    least, most = part.min_delay_seconds, part.max_delay_seconds
    if (least is None) != (most is None):
        problem = "min_delay_seconds and max_delay_seconds go together"
        yield (*here, "min_delay_seconds"), problem
    if least is not None and most is not None and least > most:
        problem = f"{least} is more than max_delay_seconds, which is {most}"
        yield (*here, "min_delay_seconds"), problem


def _days_and_keys(here: Loc, sequence: Sequence) -> Iterator[Problem]:
    days: set[int] = set()
    keys: set[str] = set()
    for index, step in enumerate(sequence.steps):
        place = (*here, "steps", index)
        if step.day in days:
            problem = f"day {step.day} stands twice in {sequence.name!r}"
            yield (*place, "day"), problem
        days.add(step.day)
        key = (sequence.key(index) or "").casefold()
        if key in keys:
            problem = f"{key!r} is another step's trigger too"
            yield (*place, "trigger"), problem
        keys |= {key} - {""}


def _entry_problems(here: Loc, sequence: Sequence) -> Iterator[Problem]:
    marked = [i for i, step in enumerate(sequence.steps) if step.entry_point]
    for index in marked[1:]:
        problem = "another step is the entry point already, expected one"
        yield (*here, "steps", index, "entry_point"), problem
    entry = sequence.entry()
    if sequence.steps[entry].entry_point is False:
        problem = "no step is the entry point, expected one"
        yield (*here, "steps", entry, "entry_point"), problem


def _chain_problems(here: Loc, sequence: Sequence) -> Iterator[Problem]:
    """Find a chain that contacts could not follow from its first step on.

    Either the steps name one another, then each must be reached once; or
    none does, and they follow the days.
    """
    links = _links(sequence)
    if not links:
        last = sequence.by_day()[-1]
        for index, step in enumerate(sequence.steps):
            if step.next_trigger and index != last:
                problem = (
                    f"no step of {sequence.name!r} has the trigger"
                    f" {step.next_trigger!r}, and only the last may lead to"
                    " another sequence"
                )
                yield (*here, "steps", index, "next_trigger"), problem
        return
    index, reached = sequence.entry(), set[int]()
    while index not in reached:
        reached.add(index)
        if index not in links:
            break
        index = links[index]
    if index in links:
        problem = "leads back to a step before it"
        yield (*here, "steps", index, "next_trigger"), problem
    for lost in sorted(set(range(len(sequence.steps))) - reached):
        problem = (
            "no next_trigger leads here from the entry point, though steps"
            f" of {sequence.name!r} name one another"
        )
        yield (*here, "steps", lost), problem


def _links(sequence: Sequence) -> dict[int, int]:
    """Return which step leads to which, among those of one sequence."""
    keys = sequence.keys()
    return {
        index: keys[step.next_trigger.casefold()]
        for index, step in enumerate(sequence.steps)
        if step.next_trigger and step.next_trigger.casefold() in keys
    }


def _dead_links(
    sequences: list[Sequence], stored: Collection[str]
) -> Iterator[Problem]:
    """Find each last step that leads to no sequence of the tenant."""
    known = set(stored).union(*(item.triggers() for item in sequences))
    for number, sequence in enumerate(sequences):
        inside = _links(sequence)
        for index, step in enumerate(sequence.steps):
            link = step.next_trigger
            if link and index not in inside and link.casefold() not in known:
                problem = (
                    f"{link!r} is the trigger of no step here and of no"
                    " other sequence of this user"
                )
                place = ("sequences", number, "steps", index, "next_trigger")
                yield place, problem
