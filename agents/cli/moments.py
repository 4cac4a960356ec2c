"""Options that are times."""

from typing import Any

import click

from assay.agents.clock import SystemClock
from assay.agents.moments import FORMS, moment_ns
from assay.pipeline.core.clock import Clock


class Moment(click.ParamType):
    """An option that is a time; the verb gets nanoseconds since 1970."""

    name = "time"

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """See :func:`moment_ns`."""
        if isinstance(value, int):
            return value
        try:
            return moment_ns(value, self._clock.now_ns())
        except ValueError:
            self.fail(FORMS, param, ctx)
