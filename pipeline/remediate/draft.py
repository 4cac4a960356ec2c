"""The working copy of a trace: every change is an operation of a JSON Patch, and its way back is noted with it (D-09)."""

from collections.abc import Sequence
from typing import Final

from ..core.document import MISSING, Json, format_pointer, lookup, parse_pointer
from ..core.json_patch import Operation
from .fault import FaultKind, StepFault
from .same import same

MOST_CHANGES: Final = 1_000
"""Operations in one repair: what needs more is not repaired but rewritten."""

Tokens = Sequence[str]
_END: Final = "-"
"""In a JSON Patch the place behind the last element of a list; in an object a name like any other."""


class Draft:
    """One document, changed in place. ``patch`` leads from what it was to what it is, ``inverse`` back."""

    __slots__ = ("_back", "document", "patch")

    def __init__(self, document: Json) -> None:
        """``document`` belongs to the draft from now on."""
        self.document = document
        self.patch: list[Operation] = []
        self._back: list[Operation] = []

    @property
    def changes(self) -> int:
        """How many there have been; a mark for :meth:`since` and :meth:`undo`."""
        return len(self.patch)

    def since(self, mark: int) -> tuple[list[Operation], list[Operation]]:
        """The patch from the mark to now, and its inverse."""
        return self.patch[mark:], self._back[mark:][::-1]

    def write(self, tokens: Tokens, value: Json) -> None:
        """Put a value at a place: a member that is new or has another value, or another value for an element.

        Does nothing where the very same value stands. Raises :class:`StepFault` where there is no such place.
        """
        holder, last = self._holder(tokens)
        match holder:
            case dict() if last in holder and same(holder[last], value):
                return
            case dict() if last == _END and last in holder:
                # Libraries in use refuse to replace a member of this name, and take it away and add it.
                self.remove(tokens)
                self.write(tokens, value)
            case dict() if last in holder:
                self._note("replace", tokens, value, {"op": "replace", "value": holder[last]})
                holder[last] = _copied(value)
            case dict():
                self._note("add", tokens, value, {"op": "remove"})
                holder[last] = _copied(value)
            case list() if lookup(holder, (last,)) is not MISSING:
                index = int(last)
                if same(holder[index], value):
                    return
                self._note("replace", tokens, value, {"op": "replace", "value": holder[index]})
                holder[index] = _copied(value)
            case _:
                raise StepFault(FaultKind.PARENT_MISSING)

    def remove(self, tokens: Tokens) -> None:
        """Take a member of an object away; nothing when it is not there. Raises :class:`StepFault` for an element."""
        holder, last = self._holder(tokens)
        if isinstance(holder, list):
            raise StepFault(FaultKind.LIST_ELEMENT)
        if not isinstance(holder, dict) or last not in holder:
            return
        self._note("remove", tokens, None, {"op": "add", "value": holder[last]})
        del holder[last]

    def move(self, source: Tokens, target: Tokens) -> None:
        """Put a member of an object elsewhere: a removal and a write, so that either can be undone by itself."""
        holder, last = self._holder(source)
        if isinstance(holder, list):
            raise StepFault(FaultKind.LIST_ELEMENT)
        if not isinstance(holder, dict) or last not in holder:
            return
        if tuple(target[: len(source)]) == tuple(source):
            raise StepFault(FaultKind.INTO_ITSELF)
        value = holder[last]
        self.remove(source)
        self.write(target, value)

    def undo(self, mark: int) -> None:
        """Put everything back that was changed since the mark."""
        for operation in reversed(self._back[mark:]):
            *way, last = parse_pointer(str(operation["path"]))
            holder = lookup(self.document, way)
            if isinstance(holder, list):
                holder[int(last)] = operation["value"]
            elif isinstance(holder, dict) and operation["op"] == "remove":
                del holder[last]
            elif isinstance(holder, dict):
                holder[last] = operation["value"]
        del self.patch[mark:]
        del self._back[mark:]

    def _holder(self, tokens: Tokens) -> tuple[object, str]:
        if not tokens:
            raise StepFault(FaultKind.WHOLE_TRACE)
        return lookup(self.document, tokens[:-1]), tokens[-1]

    def _note(self, op: str, tokens: Tokens, value: Json, back: Operation) -> None:
        if len(self.patch) >= MOST_CHANGES:
            raise StepFault(FaultKind.TOO_MANY_CHANGES)
        path = format_pointer(tokens)
        forth: Operation = {"op": op, "path": path}
        if op != "remove":
            # Its own copy: later changes go on inside the document's.
            forth["value"] = _copied(value)
        self.patch.append(forth)
        self._back.append({**back, "path": path})


def _copied(value: Json) -> Json:
    match value:
        case dict():
            return {key: _copied(member) for key, member in value.items()}
        case list():
            return [_copied(element) for element in value]
        case _:
            return value
