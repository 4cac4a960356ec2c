"""Kafka's data in memory, for a stack of tests.

Thousands of small files come and go with the topics of tests: on a disk that takes a broker twice the CPU.
"""

import shutil
import tempfile
from pathlib import Path

from assay.agents.devstack.state import Service, dev_dir, exclusive

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 << 30
"""A test run needs a third of it at most; where memory has less to spare, the data stays on the disk."""


def keep_in_memory(home: Path) -> None:
    """Call before the stack of this home starts. What is on the disk stays there, and so does what starts with it."""
    with exclusive(home, lambda _doing: None):
        data = _data(home)
        if data.is_symlink() and not data.exists():
            data.unlink()  # the machine was started again since
        if not data.exists() and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
            data.parent.mkdir(parents=True, exist_ok=True)
            data.symlink_to(tempfile.mkdtemp(prefix="assay-test-", dir=MEMORY))


def forget(home: Path) -> None:
    """Call when that stack has stopped: what was in memory is gone, what was on the disk stays."""
    with exclusive(home, lambda _doing: None):
        data = _data(home)
        if data.is_symlink():
            shutil.rmtree(data.resolve(), ignore_errors=True)
            data.unlink()


def _data(home: Path) -> Path:
    return dev_dir(home) / Service.KAFKA / "data"
