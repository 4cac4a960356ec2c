"""Everywhere that personal data could get out to: topics, Redis, files, pages, messages, reports."""

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import redis
from click.testing import CliRunner
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from assay.agents.cli.main import cli
from assay.agents.settings import Settings
from assay.agents.topics import TOPICS, topic_name
from assay.pipeline.core.headers import PREFIX, TRACEPARENT
from assay.pipeline.core.topics import TopicRole

Place = tuple[str, bytes]
PASSING = frozenset({TopicRole.VALID, TopicRole.REMEDIATED})
"""Carry traces as they came or were repaired: only what we add to them is searched."""
REPORTS = (
    "audit",
    "audit-log verify",
    "doctor",
    "escalations check",
    "escalations list",
    "investigate --since 1h",
    "issues list",
    "issues show GROUP",
    "patterns --fingerprint GROUP",
    "quality",
    "quarantine limits",
    "quarantine list",
    "quarantine show SOURCE --reason none",
    "replay plan --code CODE",
    "replay status",
    "rules list",
    "rules receipts",
    "tasks list",
    "tasks show TASK",
    "tenants report TENANT --format html",
    "trace show SOURCE",
    "views criticals",
    "views quality",
    "views top",
    "views verify",
)
"""What shows something of traces, or of what became of them. Words in capitals stand for what there is."""
NO_REPORTS = frozenset(
    {
        *("bench", "config", "demo", "dev", "drill", "generate", "keys", "micro", "policy", "serve"),
        *("topics", "validate", "worker"),
    }
)
"""Verbs that show nothing of the traces that went through; a demo's are its own."""
SEPARATOR = b"\n"
ANSWERS_S = 10


def topics(settings: Settings) -> dict[TopicRole, list[bytes]]:
    """Key, value and headers of all records on every topic but the raw one, those of aborted transactions too."""
    roles = {topic_name(role, settings.topic_prefix): role for role in TOPICS if role is not TopicRole.RAW}
    found: dict[TopicRole, list[bytes]] = {role: [] for role in roles.values()}
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": "canary",
            "enable.auto.commit": False,
            "isolation.level": "read_uncommitted",
            "enable.partition.eof": True,
            "fetch.message.max.bytes": 8_000_000,
        }
    )
    try:
        known = consumer.list_topics(timeout=ANSWERS_S).topics
        places = [
            TopicPartition(topic, partition, OFFSET_BEGINNING)
            for topic in roles
            for partition in known[topic].partitions
        ]
        consumer.assign(places)
        ended = 0
        while ended < len(places):
            messages = consumer.consume(1000, ANSWERS_S)
            assert messages, "the broker does not answer"
            for message in messages:
                if message.error():
                    ended += 1
                    continue
                found[roles[message.topic()]].append(_written(roles[message.topic()], message))
    finally:
        consumer.close()
    return found


def _written(role: TopicRole, message: Any) -> bytes:
    """What we wrote of a record."""
    ours = role not in PASSING
    parts = [message.key() or b"", message.value() or b""] if ours else []
    for name, value in message.headers() or ():
        if ours or name.startswith(PREFIX) or name == TRACEPARENT:
            parts += [name.encode(), value or b""]
    return SEPARATOR.join(parts)


def in_redis(settings: Settings) -> Iterator[Place]:
    """All keys of this environment, with what they hold."""
    with redis.Redis.from_url(settings.redis_url) as client:
        for key in client.scan_iter(match=f"*{settings.env}*", count=1000):
            yield f"redis key {key!r}", key + SEPARATOR + _held(client, key)


def _held(client: Any, key: bytes) -> bytes:  # its answers are typed for every way of decoding at once
    match client.type(key):
        case b"string":
            return bytes(client.get(key) or b"")
        case b"hash":
            return SEPARATOR.join(part for pair in client.hgetall(key).items() for part in pair)
        case b"zset":
            return SEPARATOR.join(client.zrange(key, 0, -1))
        case b"set":
            return SEPARATOR.join(client.smembers(key))
        case b"list":
            return SEPARATOR.join(client.lrange(key, 0, -1))
        case b"none":
            return b""
        case other:
            raise AssertionError(f"nobody looks into a key of type {other!r}")


class Grown:
    """Files that others write too: what was added since this was made."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """``paths``: files, and folders with all that is in them."""
        self._paths = [*paths]
        self._before = {path.stat().st_ino: path.stat().st_size for path in self._files()}

    def _files(self) -> list[Path]:
        found = [each for path in self._paths for each in (path, *path.rglob("*"))]
        return [path for path in found if path.is_file()]

    def added(self) -> Iterator[Place]:
        """Each file with its new bytes; all of it when it was made anew."""
        for path in self._files():
            with path.open("rb") as file:
                file.seek(self._before.get(path.stat().st_ino, 0))
                yield f"file {path.name}", file.read()


def files(folder: Path) -> Iterator[Place]:
    """All files below a folder, their names included."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield f"file {path.name}", str(path).encode() + SEPARATOR + path.read_bytes()


def pages(ports: Iterable[int]) -> Iterator[Place]:
    """All pages of the worker processes."""
    for port in ports:
        for page in ("/metrics", "/ready", "/health"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWERS_S)
            try:
                connection.request("GET", page)
                yield f"page {page}", connection.getresponse().read()
            finally:
                connection.close()


@dataclass
class Endpoint:
    """Somebody's webhook, which keeps what it is told."""

    told: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told.append(self.path.encode() + bytes(self.headers) + body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Be silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Reports:
    """What operators are shown by ``assay``, run in this process."""

    def __init__(self, environment: Mapping[str, str], patch: pytest.MonkeyPatch) -> None:
        for name, value in environment.items():
            if name.startswith("ASSAY_"):
                patch.setenv(name, value)
        self._runner = CliRunner()

    def __call__(self, *arguments: str) -> bytes:
        """Standard output and error; raises what the command died of, unless that is how it says something."""
        result = self._runner.invoke(cli, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"assay {' '.join(arguments)} died") from result.exception
        return result.output_bytes if hasattr(result, "output_bytes") else result.output.encode()

    def document(self, *arguments: str) -> Any:
        """The JSON that a command prints."""
        return json.loads(self._runner.invoke(cli, [*arguments, "--json"]).stdout)
