"""The same value as another JSON type: only where nothing is lost, and only one reading is possible."""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from ..core.document import Json
from ..policy.remediation_steps import Type

Scalar: TypeAlias = int | float | bool | str

_INT64: Final = 2**63
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,18}")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,18})\.[0-9]{1,17}")
_TRUTHS: Final = {"true": True, "false": False}
_LEAST_LOSS_FIRST: Final = (Type.INTEGER, Type.NUMBER, Type.BOOLEAN, Type.STRING)


def cast(value: Json, to: Type, expected: str) -> Scalar | None:
    """The value as that type; ``None`` where it cannot be had without loss, or stands there already.

    ``expected`` is what the issue says: type names with ``or`` between them. Texts of numbers are read as JSON writes
    numbers, so that ``"007"``, ``"1e3"`` and ``" 7"`` are none. Nothing is made of ``null``, lists and objects.
    """
    wanted = set(expected.split(" or ")) if to is Type.EXPECTED else {to.value}
    for kind in _LEAST_LOSS_FIRST:
        if kind.value in wanted:
            made = _CASTS[kind](value)
            if made is not None:
                return made
    return None


def _to_integer(value: Json) -> Scalar | None:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        number = int(value)
        return number if -_INT64 <= number < _INT64 else None
    return None


def _to_number(value: Json) -> Scalar | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value)
        if math.isfinite(number) and Decimal(repr(number)) == Decimal(value):
            return number
        return None
    return _to_integer(value)


def _to_boolean(value: Json) -> Scalar | None:
    return _TRUTHS.get(value) if isinstance(value, str) else None


def _to_string(value: Json) -> Scalar | None:
    # Not of a float: 1.10 and 1.1 are one number and two texts.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


_CASTS: Final[Mapping[Type, Callable[[Json], Scalar | None]]] = {
    Type.INTEGER: _to_integer,
    Type.NUMBER: _to_number,
    Type.BOOLEAN: _to_boolean,
    Type.STRING: _to_string,
}
