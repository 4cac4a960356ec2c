"""Making tuples on the hot path."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T", bound=tuple[Any, ...])


def maker(kind: type[T]) -> Callable[[tuple[Any, ...]], T]:
    """What makes a ``NamedTuple`` of a plain tuple of all its fields, in order.

    Calling the class itself runs a Python function; this does not, and takes a third of the time. Only
    for tuples that are made for every trace: the fields are not checked.
    """
    return partial(tuple.__new__, kind)
