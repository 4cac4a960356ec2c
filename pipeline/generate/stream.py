"""A load: clean traces with a known share of known faults among them."""

import random
from collections.abc import Iterator, Mapping

import orjson

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.headers import TRACEPARENT
from ..core.record import Headers
from .faults import DEFAULT_MIX, FAULTS
from .generated import Generated
from .mix import Drawing
from .trace import TraceMaker

KEYLESS_SHARE = 0.02
"""Some producers set no key: Kafka then spreads their records, and no order is promised."""
TRACED_SHARE = 0.5
"""Some producers pass a trace context on; those records have a header of their own to be kept."""


def generate(
    seed: int,
    count: int,
    *,
    tenants: int,
    fault_share: float,
    mix: Mapping[IssueCode, float] | None = None,
    now_ns: int,
) -> Iterator[Generated]:
    """``count`` records; equal arguments give equal records, byte for byte.

    ``fault_share`` (0 … 1) of them have one fault each, drawn by the weights of ``mix``
    (``None``: :data:`~.faults.DEFAULT_MIX`). Raises ``ValueError``, before the first record, for a share
    outside 0 … 1, no tenants, or a mix without weight.
    """
    if not 0 <= fault_share <= 1:
        raise ValueError("the share of faults is between 0 and 1")
    rng = random.Random(seed)  # noqa: S311 - a load that can be made again, not a secret
    return _records(
        rng,
        count,
        TraceMaker(rng, tenants, now_ns),
        fault_share,
        Drawing(DEFAULT_MIX if mix is None else mix),
    )


def _records(
    rng: random.Random, count: int, maker: TraceMaker, fault_share: float, drawing: Drawing
) -> Iterator[Generated]:
    for _ in range(count):
        document = maker.make()
        key, headers = _frame(document, rng)
        if rng.random() < fault_share:
            code = drawing.draw(rng)
            fault = FAULTS[code]
            yield Generated(key, fault.mutate(document, rng), headers, code, fault.blocking)
        else:
            yield Generated(key, orjson.dumps(document), headers, None, blocking=False)


def _frame(document: dict[str, Json], rng: random.Random) -> tuple[bytes | None, Headers]:
    trace_id = document["trace_id"]
    assert isinstance(trace_id, str)
    key = None if rng.random() < KEYLESS_SHARE else trace_id.encode()
    if rng.random() >= TRACED_SHARE:
        return key, []
    span = f"{rng.getrandbits(64):016x}"
    return key, [(TRACEPARENT, f"00-{trace_id.replace('-', '')}-{span}-01".encode())]
