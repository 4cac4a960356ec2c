"""The transport in memory: Kafka's semantics as far as a lane can see them, without a broker.

For tests of lanes and for ``assay micro``; the behaviour suite in ``tests/transport`` keeps it honest.
"""

from .log import MemoryLog
from .transport import MemoryTransport

__all__ = ["MemoryLog", "MemoryTransport"]
