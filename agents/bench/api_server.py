"""``assay serve`` as a process of its own on loopback, with a key, for as long as it is measured."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from assay.agents.api_keys.file import key_file
from assay.agents.api_keys.making import Wanted, added, make
from assay.agents.api_keys.role import Role, Scope
from assay.agents.clock import SystemClock
from assay.agents.demo.surroundings import free_ports
from assay.agents.demo.worker import environment_of
from assay.agents.settings import Settings

from .api_client import ApiClient
from .children import START_S, STOP_S, ChildFailedError

POLL_S = 0.1
KEY_S = 86_400


class ApiServer:
    """A server that answers."""

    def __init__(self, port: int, key: str, process: psutil.Process) -> None:
        self._port = port
        self._key = key
        self._process = process

    def client(self) -> ApiClient:
        """A connection of its own; close it."""
        return ApiClient(self._port, self._key)

    def cpu_s(self) -> float:
        """Of all its threads, since it began."""
        used = self._process.cpu_times()
        return used.user + used.system

    def rss_mb(self) -> float:
        """Its resident memory, in units of 2**20 bytes."""
        return float(self._process.memory_info().rss) / 2**20


@contextmanager
def serving(settings: Settings, logs: Path) -> Iterator[ApiServer]:
    """A server that was just started. Raises :class:`ChildFailedError` when it does not answer."""
    port, log = free_ports(settings.home, 1), logs / "serve.log"
    with TemporaryDirectory() as folder, log.open("ab") as output:
        keys = Path(folder) / "keys.json"
        key = _made_key(settings.model_copy(update={"api_keys_file": keys}))
        told = {
            **environment_of(settings),
            "ASSAY_API_KEYS_FILE": str(keys),
            "ASSAY_SERVE_HOST": "127.0.0.1",
            "ASSAY_SERVE_PORT": str(port),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "assay.agents.demo.tied", "serve"],
            env={**os.environ, **told},  # handed on unread
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            server = ApiServer(port, key, psutil.Process(process.pid))
            _await(server, process, log)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _made_key(settings: Settings) -> str:
    """Of an operator, who sees all there is."""
    wanted = Wanted("bench", Role.OPERATOR, frozenset({Scope.ALL}), "", KEY_S)
    made = make(wanted, settings.env, SystemClock().now_ns(), os.urandom)
    key_file(settings).change(lambda keys: added(keys, made.key))
    return made.text


def _await(server: ApiServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not _answers(server):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ChildFailedError(f"the API did not come up; see {log}")
        time.sleep(POLL_S)


def _answers(server: ApiServer) -> bool:
    try:
        with server.client() as client:
            client.get("/health")
    except (OSError, HTTPException):
        return False
    return True
