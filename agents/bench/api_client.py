"""Whoever asks the API while it is measured: one connection, one request after another."""

import time
from http.client import HTTPConnection
from types import TracebackType
from typing import Self

from assay.pipeline.core.errors import DependencyUnavailableError

TIMEOUT_S = 30.0
API = "/api/v1"


class ApiClient:
    """A connection that is kept open."""

    def __init__(self, port: int, key: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        self._headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str) -> bytes:
        """An answer. Raises :class:`DependencyUnavailableError` for any but 200: there is nothing to measure then."""
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise DependencyUnavailableError(f"the API answered {response.status} to {path}")
        return body

    def milliseconds(self, path: str, times: int) -> list[float]:
        """How long each answer of the API took, from the first byte sent to the last one read."""
        took = []
        for _ in range(times):
            began = time.perf_counter_ns()
            self.get(f"{API}{path}")
            took.append((time.perf_counter_ns() - began) / 1e6)
        return took

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection.close()
