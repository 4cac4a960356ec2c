"""The door of the real server: keys that are not good, and who tries ten thousand of them (issue 6, must show 7; RELIABILITY, REST auth)."""

import http.client
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

import httpx
import pytest

from assay.agents.api_keys.file import key_file
from assay.agents.api_keys.making import Wanted, added, make, revoked
from assay.agents.api_keys.role import Role, Scope
from assay.agents.http.guesses import MOST_WRONG, PER_S
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339

from ...processes import ASSAY, Processes
from .conftest import free_port

pytestmark = pytest.mark.broker
ME = "/api/v1/me"
GUESSES = 10_000
PATIENCE_S = 60
DAY_S = 86_400


class Door:
    """A server that lets in by keys; it needs neither Kafka nor Redis for that."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings = settings
        self.port = port
        self._made = 0

    def key(self, *scopes: Scope, age_s: int = 0) -> str:
        """A viewer's key that is good for a day, made so many seconds ago."""
        self._made += 1
        number = self._made
        wanted = Wanted("grace", Role.VIEWER, frozenset(scopes or (Scope.ALL,)), "", DAY_S)
        made_ns = time.time_ns() - age_s * NANOS_PER_SECOND
        made = make(wanted, self.settings.env, made_ns, lambda size: bytes([number]) * size)
        key_file(self.settings).change(lambda keys: added(keys, made.key))
        return made.text

    def revoke(self, key: str) -> None:
        key_file(self.settings).change(
            lambda keys: revoked(keys, keys[key.split("_")[2]], rfc3339(time.time_ns()))
        )

    def ask(self, key: str, path: str = ME, address: str = "127.0.0.1") -> httpx.Response:
        """From an address of this machine of its own choice."""
        transport = httpx.HTTPTransport(local_address=address)
        with httpx.Client(transport=transport, timeout=PATIENCE_S) as client:
            return client.get(
                f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {key}"}
            )


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home: Path = tmp_path_factory.mktemp("door")
    nowhere = "127.0.0.1:1"
    settings = load_settings(home=home, bootstrap_servers=nowhere, redis_url=f"redis://{nowhere}/0")
    processes = Processes(settings, home / "serve.log")
    found = Door(settings, free_port())
    found.key()
    processes.launch([*ASSAY, "serve"], serve_port=found.port)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _answers(found.port):
            assert time.monotonic() < deadline, processes.said()[-3000:]
            time.sleep(0.1)
        yield found
    finally:
        processes.end()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    except httpx.TransportError:
        return False


def test_a_key_is_good_until_it_expires_or_is_revoked(door: Door) -> None:
    good, old = door.key(), door.key(age_s=2 * DAY_S)
    assert door.ask(good).json()["name"] == "grace"
    expired = door.ask(old)
    door.revoke(good)
    refused = door.ask(good)
    assert (expired.status_code, refused.status_code) == (401, 401)
    assert "expired" in expired.json()["detail"]
    assert "revoked" in refused.json()["detail"]


def test_what_is_no_key_of_ours_is_told_nothing(door: Door) -> None:
    """Whether there is such a key at all, too."""
    good = door.key()
    wrong, unknown = f"{good[:-4]}AAAA", good.replace(good.split("_")[2], "0" * len(good.split("_")[2]))
    answers = [door.ask(key, address="127.0.0.2") for key in (wrong, unknown, "nonsense")]
    assert {each.status_code for each in answers} == {401}
    assert len({each.text for each in answers}) == 1
    assert len({frozenset(each.headers) for each in answers}) == 1


def test_a_key_for_other_parts_opens_none_but_these(door: Door) -> None:
    other = door.key(Scope.GATE)
    answer = door.ask(other, "/api/v1/issues")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:assay:problem:not_allowed")


def test_ten_thousand_guesses_are_hardly_listened_to(door: Door) -> None:
    """The right one among them is not recognised, either; and nobody else waits for it."""
    good = door.key()
    statuses = Counter[int]()
    began = time.monotonic()
    with closing(
        http.client.HTTPConnection("127.0.0.1", door.port, PATIENCE_S, ("127.0.0.3", 0))
    ) as connection:
        for number in range(GUESSES):
            guess = good if number == GUESSES - 1 else f"{good[:-5]}{number:05}"
            connection.request("GET", ME, headers={"X-API-Key": guess})
            response = connection.getresponse()
            response.read()
            statuses[response.status] += 1
            last = response.status
    listened = MOST_WRONG + (time.monotonic() - began) * MOST_WRONG / PER_S + 1
    assert statuses.keys() == {401, 429}
    assert statuses[401] <= listened
    assert last == 429
    assert door.ask(good, address="127.0.0.4").status_code == 200


def test_how_long_an_answer_takes_does_not_tell_how_much_of_a_key_was_right(door: Door) -> None:
    """Unknown, wrong from its first character on, and wrong in its last one: each as long as the others."""
    good = door.key()
    head, _, secret = good.rpartition("_")
    guesses = {
        "unknown": f"{head.rpartition('_')[0]}_{'0' * len(head.rpartition('_')[2])}_{secret}",
        "first": f"{head}_{'x' if secret[0] != 'x' else 'y'}{secret[1:]}",
        "last": f"{good[:-2]}{'xx' if good[-2:] != 'xx' else 'yy'}",
    }
    took: dict[str, list[float]] = {name: [] for name in guesses}
    for network in range(60):  # few may be asked from each address
        address = f"127.0.1.{network + 1}"
        with closing(
            http.client.HTTPConnection("127.0.0.1", door.port, PATIENCE_S, (address, 0))
        ) as connection:
            connection.request("GET", "/health")
            connection.getresponse().read()
            for _ in range(MOST_WRONG // len(guesses) - 1):
                for name, guess in guesses.items():
                    began = time.perf_counter()
                    connection.request("GET", ME, headers={"X-API-Key": guess})
                    response = connection.getresponse()
                    response.read()
                    took[name].append(time.perf_counter() - began)
                    assert response.status == 401
    medians = sorted(median(values) for values in took.values())
    assert medians[-1] < 1.5 * medians[0], medians
