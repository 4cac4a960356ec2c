"""What a fault of the generator is."""

import random
from collections.abc import Callable
from typing import NamedTuple

from ..core.document import Json

Mutation = Callable[[dict[str, Json], random.Random], bytes | None]
"""From a clean ``workflow_trace`` 1.2.0, which stays as it is, to the value of a record with this fault."""


class Fault(NamedTuple):
    """What to do to a trace, what the pipeline is to make of it, and how often it comes unless told otherwise."""

    mutate: Mutation
    blocking: bool
    weight: float
