"""The system's clock."""

import time


class SystemClock:
    """UTC of this machine: a :class:`assay.pipeline.core.clock.Clock`."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970."""
        return time.time_ns()
