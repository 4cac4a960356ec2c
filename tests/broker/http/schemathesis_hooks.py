"""For ``test_schemathesis.py``: requests wait for no agent, so that there are many of them."""

import contextlib
from typing import Any

import schemathesis

MOST_S = 30


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Leave what is not valid as it is: it must be refused."""
    query = case.query
    if query and "wait_s" in query:
        with contextlib.suppress(TypeError, ValueError):
            if 0 <= float(query["wait_s"]) <= MOST_S:
                query["wait_s"] = 0
