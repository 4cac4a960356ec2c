"""Reading JSON and YAML files strictly: what two readers could understand differently is refused.

The time that a file takes has a bound, whatever stands in it: size, depth, keys and numbers have limits, and
YAML has no aliases.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn, TypeAlias, cast

import yaml

from ..core.document import Json
from .json_lines import Step, line_of_depth, line_of_repeated, line_of_word
from .plain_yaml import (
    AS_TEXT,
    FLATTEN,
    MANY_DIGITS,
    MAX_BITS,
    MAX_DEPTH,
    MAX_KEY,
    QUOTE,
    PlainLoader,
    RefusedError,
)
from .quoted import quoted
from .unreadable import UnreadableError


def read_json(data: bytes) -> Json:
    """Parse a JSON file. Raises :class:`UnreadableError`: bad UTF-8 or syntax, a key twice, NaN, too deep."""
    text = _text(data)
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            f"not JSON: {error.msg}",
            "Write it as RFC 8259 says: no comments, no comma at the end",
            line=error.lineno,
        ) from None
    except RecursionError:
        raise UnreadableError("nested too deep", FLATTEN, line=line_of_depth(text, MAX_DEPTH - 1)) from None
    except _RepeatedError as error:
        raise UnreadableError(
            f"the key {quoted(str(error))} stands twice in one object",
            "Keep one of the two",
            line=line_of_repeated(text),
        ) from None
    except _ConstantError as error:
        raise UnreadableError(
            f"{error} is not JSON", "Write a finite number, or null", line=line_of_word(text, str(error))
        ) from None
    except ValueError:
        raise UnreadableError(MANY_DIGITS, AS_TEXT) from None
    return checked(document)


def read_yaml(data: bytes) -> Json:
    """Parse a YAML file that holds what JSON can hold.

    Raises :class:`UnreadableError`: bad syntax, a key twice, an alias (one line could stand for a million), too
    deep, or a tag beyond JSON's types. Words are text, but ``true``, ``false`` and ``null``; so is a date.
    """
    try:
        document = yaml.load(_text(data), PlainLoader)  # noqa: S506 - a SafeLoader that knows less
    except yaml.MarkedYAMLError as error:
        raise _unreadable_yaml(error) from None
    except (yaml.YAMLError, RecursionError):
        raise UnreadableError("not YAML as Assay reads it", _INDENT) from None
    return checked(document)


def compose_yaml(data: bytes) -> yaml.Node | None:
    """The nodes of a YAML file, which know their lines. Raises what ``yaml`` and :func:`read_yaml` raise."""
    return yaml.compose(_text(data), PlainLoader)


def checked(document: Any) -> Json:
    """The document, if JSON can say it and it is within the limits. Raises :class:`UnreadableError`."""
    stack: list[tuple[_Way | None, int, Any]] = [(None, 0, document)]
    while stack:
        way, depth, node = stack.pop()
        fault = _fault(node) if depth < MAX_DEPTH else ("nested too deep", FLATTEN)
        if fault is not None:
            raise UnreadableError(*fault, at=_steps(way))
        stack.extend(((way, step), depth + 1, child) for step, child in _children(node))
    return cast("Json", document)


_Way: TypeAlias = "tuple[_Way | None, Step]"
"""The way to a value: that to its container, and one step. Neighbours share all but the step."""


def _steps(way: "_Way | None") -> list[Step]:
    steps: list[Step] = []
    while way is not None:
        way, step = way
        steps.append(step)
    return steps[::-1]


def _children(node: Any) -> Iterator[tuple[Step, Any]]:
    match node:
        case dict():
            yield from node.items()
        case list():
            yield from enumerate(node)


def _fault(node: Any) -> tuple[str, str] | None:
    """What is wrong with one value and its keys, and the remedy."""
    match node:
        case dict():
            return next(filter(None, map(_key_fault, node)), None)
        case None | bool() | list():
            return None
        case str():
            return _text_fault(node)
        case int():
            return (MANY_DIGITS, AS_TEXT) if node.bit_length() > MAX_BITS else None
        case float():
            return None if math.isfinite(node) else ("a number is not finite", "Write a finite one, or null")
        case _:
            return f"a {type(node).__name__} is not a JSON value", QUOTE


def _key_fault(key: Any) -> tuple[str, str] | None:
    if not isinstance(key, str):
        return f"the key {quoted(key)} is not text", f"{QUOTE}: quote the key"
    if len(key) > MAX_KEY:
        return f"a key has {len(key)} characters", f"Use at most {MAX_KEY}"
    return _text_fault(key)


def _text_fault(text: str) -> tuple[str, str] | None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "a text has a lone surrogate", "Write the character itself, or both halves"
    return None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError("not UTF-8 text", "Save the file as UTF-8", line=line) from None


class _RepeatedError(Exception):
    """Carries the key; caught in this file."""


class _ConstantError(Exception):
    """Carries the word that is no JSON; caught in this file."""


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise _RepeatedError(
            next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        )
    return document


_INDENT = "Correct the indentation, the brackets or the quotes"


def _unreadable_yaml(error: yaml.MarkedYAMLError) -> UnreadableError:
    line = error.problem_mark.line + 1 if error.problem_mark else None
    if isinstance(error, RefusedError):
        return UnreadableError(str(error.problem), error.remedy, line=line)
    remedy = QUOTE if isinstance(error, yaml.constructor.ConstructorError) else _INDENT
    return UnreadableError(f"not YAML as Assay reads it: {error.problem}", remedy, line=line)
