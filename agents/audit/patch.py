"""JSON Patch (RFC 6902), applied by the auditor's own hand: what it proves must not rest on the library that made it."""

from typing import Any

MISSING = object()
TOO_MANY = 100_000
"""Operations of one patch: more is no repair, and would keep the auditor busy for hours."""


class PatchError(Exception):
    """The patch does not fit the document. Its text is ours and holds nothing of either."""


def apply(document: Any, patch: Any) -> Any:
    """The document after all operations. Changes ``document`` on the way; use what is returned.

    Raises :class:`PatchError`, whatever the two hold.
    """
    if not isinstance(patch, list) or len(patch) > TOO_MANY:
        raise PatchError("a patch is a list of operations")
    root = [document]  # so that the whole document can be replaced like any member
    for operation in patch:
        if not isinstance(operation, dict):
            raise PatchError("an operation is an object")
        _apply_one(root, operation)
    return root[0]


def _apply_one(root: list[Any], operation: dict[str, Any]) -> None:
    path = _tokens(operation.get("path"))
    match operation.get("op"):
        case "add":
            _add(root, path, _value(operation))
        case "remove":
            _remove(root, path)
        case "replace":
            holder, step = _find(root, path)
            _get(holder, step)
            holder[_place(holder, step)] = _value(operation)
        case "move":
            source = _tokens(operation.get("from"))
            if path[: len(source)] == source and path != source:
                raise PatchError("nothing moves into itself")
            _add(root, path, _remove(root, source))
        case "copy":
            _add(root, path, _copy(_get(*_find(root, _tokens(operation.get("from"))))))
        case "test":
            if not _same(_get(*_find(root, path)), _value(operation)):
                raise PatchError("a test of the patch fails")
        case _:
            raise PatchError("there is no such operation")


def _tokens(pointer: Any) -> list[str]:
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise PatchError("a path is a JSON Pointer")
    return ["0", *(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])]


def _value(operation: dict[str, Any]) -> Any:
    if "value" not in operation:
        raise PatchError("an operation lacks its value")
    return operation["value"]


def _find(root: list[Any], path: list[str]) -> tuple[Any, str]:
    """What holds the place, and the last step."""
    here: Any = root
    for step in path[:-1]:
        here = _get(here, step)
    return here, path[-1]


def _get(holder: Any, step: str) -> Any:
    match holder:
        case dict():
            found = holder.get(step, MISSING)
        case list():
            index = _index(step, len(holder) - 1)
            found = holder[index]
        case _:
            raise PatchError("a path leads through a value that holds nothing")
    if found is MISSING:
        raise PatchError("a path leads to nothing")
    return found


def _place(holder: Any, step: str) -> Any:
    return int(step) if isinstance(holder, list) else step


def _add(root: list[Any], path: list[str], value: Any) -> None:
    holder, step = _find(root, path)
    if len(path) == 1:
        root[0] = value
    elif isinstance(holder, dict):
        holder[step] = value
    elif isinstance(holder, list):
        holder.insert(len(holder) if step == "-" else _index(step, len(holder)), value)
    else:
        raise PatchError("a path leads through a value that holds nothing")


def _remove(root: list[Any], path: list[str]) -> Any:
    if len(path) == 1:
        raise PatchError("the whole document cannot be removed")
    holder, step = _find(root, path)
    value = _get(holder, step)
    del holder[_place(holder, step)]
    return value


def _index(step: str, most: int) -> int:
    if not (step.isascii() and step.isdigit()) or (len(step) > 1 and step[0] == "0"):
        raise PatchError("a list is entered by a number")
    index = int(step) if len(step) < 19 else most + 1
    if index > most:
        raise PatchError("a path leads behind the end of a list")
    return index


def _copy(value: Any) -> Any:
    match value:
        case dict():
            return {name: _copy(member) for name, member in value.items()}
        case list():
            return [_copy(item) for item in value]
        case _:
            return value


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: ``true`` is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
