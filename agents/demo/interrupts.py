"""Ctrl-C, SIGTERM and a closed terminal: one of them ends the demo, and none of them its cleaning up."""

import signal
import sys
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """While entered, the first signal raises ``KeyboardInterrupt`` in the main thread; later ones are held."""

    def __init__(self) -> None:
        self._held = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._handle) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def hold(self) -> None:
        """From now on signals change nothing: what is left to do stops what was started."""
        self._held = True

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._held:
            sys.stderr.write("stopping what the demo started, a moment …\n")
            return
        self._held = True
        raise KeyboardInterrupt
