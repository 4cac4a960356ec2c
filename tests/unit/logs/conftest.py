"""Log lines as an operator's collector reads them."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assay.agents.logs import NOISY, set_up_logging

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Logging as a worker sets it up; all lines so far, parsed. The levels and handlers of before come back."""
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", *NOISY)}
    stream = io.StringIO()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr("sys.stderr", stream)
    set_up_logging("INFO")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
