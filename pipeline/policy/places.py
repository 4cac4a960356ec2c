"""From a place in a policy to the line of its file. Nothing is read before something is wrong."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import yaml

from ..core.document import format_pointer, parse_pointer
from ..core.errors import Problem
from .bounds import most_bytes
from .documents import compose_yaml
from .json_lines import Step, lines_of
from .note import Level, Note
from .schema_fault import SchemaFault
from .unreadable import UnreadableError
from .yaml_lines import lines_of_places


def located(notes: Iterable[Note], files: Mapping[str, bytes]) -> list[Note]:
    """The notes with their lines, as far as their files (path → content) are there and can be read.

    Each file is read once, and only when something is said of it.
    """
    found = list(notes)
    by_file: dict[str, set[str]] = {}
    for note in found:
        if note.line is None and note.file in files:
            by_file.setdefault(note.file, set()).add(note.place)
    lines = {file: _lines(file, files[file], places) for file, places in by_file.items()}
    return [
        replace(note, line=lines[note.file].get(note.place))
        if note.line is None and note.file in lines
        else note
        for note in found
    ]


def _lines(file: str, data: bytes, places: Collection[str]) -> Mapping[str, int]:
    if len(data) > most_bytes(file):
        return {}
    if file.endswith(".yaml"):
        try:
            root = compose_yaml(data)
        except (yaml.YAMLError, UnreadableError, RecursionError):
            return {}
        return {} if root is None else lines_of_places(root, places)
    paths = {place: parse_pointer(place) if place.startswith("/") else () for place in places}
    lines = lines_of(data.decode(errors="replace"), paths.values())
    return {place: lines[path] for place, path in paths.items() if path in lines}


def note_of(problem: Problem) -> Note:
    """A problem as the readers of policies report it (``file: place``), taken apart."""
    file, _, place = problem.where.partition(": ")
    match problem.why:
        case SchemaFault() as fault:
            return Note(Level.ERROR, file, fault.pointer, fault.why, fault.remedy)
        case why:
            return Note(Level.ERROR, file, place, why, problem.remedy)


def place_of(file: str, steps: Sequence[Step]) -> str:
    """Steps into a document, written as a place of that file."""
    if file.endswith(".yaml"):
        words = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
        return "".join(words).removeprefix(".")
    return format_pointer(steps)
