"""What every test gets: a clean environment, and a look at what it left behind; for broker tests a real stack.

``ASSAY_TEST_HOME`` says where that stack lives (default ``.assay/test`` in the checkout). Sessions that run
side by side share it: the last one that uses it stops it, if a session started it.
"""

import asyncio
import fcntl
import os
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis

from assay.agents import devstack
from assay.agents.devstack import ServiceState, Stack
from assay.agents.settings import Settings, load_settings
from assay.agents.topic_admin import admin_client, ensure_topics

from .in_memory import forget, keep_in_memory

# A busy machine is no failure; in CI the same examples every time.
hypothesis.settings.register_profile("assay", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("assay")

# Many tests start processes of Assay. Without bytecode each of them would compile 430 modules again, which takes
# as long as all the rest of its start.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Brokers of tests live for minutes: what Java's second compiler costs, half of their CPU, they never get back.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")

CHECKOUT = Path(__file__).resolve().parents[1]
TEST_HOME = Path(os.environ.get("ASSAY_TEST_HOME", CHECKOUT / ".assay" / "test"))
PARTITIONS = 4
QUALITY_PARTITIONS = 2
"""Enough to have more than one; every one more costs a broker that is busy with a new test's topics."""
LONG_S = 20
"""What takes at least as long is marked so."""
THREAD_ENDS_WITHIN_S = 5.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest is started first, then what waits: where tests run side by side, the last ones end together."""
    items.sort(key=lambda item: (-_seconds(item), item.get_closest_marker("broker") is None))


def _seconds(item: pytest.Item) -> int:
    """About how long its file takes, as its marker ``long`` says."""
    marker = item.get_closest_marker("long")
    return next(iter(marker.args), LONG_S) if marker else 0


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def nothing_left_behind(empty_home: Path) -> Iterator[None]:
    """No setting of the person's shell or stack reaches a test, and a test leaves nothing that hurts the next."""
    left_tasks: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in [
            key for key in os.environ if key.startswith("ASSAY_") and not key.startswith("ASSAY_TEST_")
        ]:
            patch.delenv(name)
        patch.setenv("ASSAY_HOME", str(empty_home))
        _note_tasks_at_end_of_loops(patch, left_tasks)
        environment = _environment()
        threads = set(threading.enumerate())
        yield
        assert not _changed(environment), "the test changed the environment: use monkeypatch"
        assert not left_tasks, "tasks were left running when their event loop ended"
        assert not _threads_left(threads), "threads were left running: the interpreter could not end"


def _changed(before: dict[str, str]) -> list[str]:
    """Names only: an assertion prints what it compares, and the environment holds secrets."""
    now = _environment()
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"}


def _threads_left(before: set[threading.Thread]) -> list[str]:
    new = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in new:
        thread.join(THREAD_ENDS_WITHIN_S)
    return [thread.name for thread in new if thread.is_alive()]


def _note_tasks_at_end_of_loops(patch: pytest.MonkeyPatch, noted: list[str]) -> None:
    """Loops cancel silently what still runs when they are closed; here it is written down first."""
    cancel_all: Any = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]  # there is no public hook

    def note_and_cancel(loop: asyncio.AbstractEventLoop) -> None:
        # What was cancelled, or is about to end, may do so first.
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))
        noted.extend(task.get_name() for task in asyncio.all_tasks(loop))
        cancel_all(loop)

    patch.setattr(asyncio.runners, "_cancel_all_tasks", note_and_cancel)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack that broker tests share. Without Java or Maven they fail: they are off unless asked for."""
    TEST_HOME.mkdir(parents=True, exist_ok=True)
    ours = TEST_HOME / "started-by-tests"
    with (TEST_HOME / "in-use").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        if any(found.state is not ServiceState.RUNNING for found in devstack.status(TEST_HOME)):
            ours.touch()
            keep_in_memory(TEST_HOME)
        yield devstack.up(TEST_HOME)
        # Two that end at once would each be refused for the other's share: so everyone gives up its own first.
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another session works on; it will be the one to stop it
        if ours.exists():
            devstack.down(TEST_HOME)
            forget(TEST_HOME)
            ours.unlink()


@pytest.fixture(scope="module")
def private_home(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the jars of the shared stack, for a stack that the tests of a module may hurt."""
    home = tmp_path_factory.mktemp("private")
    for jars in stack.home.resolve().glob("kafka-*"):
        (home / jars.name).symlink_to(jars)
    try:
        yield home
    finally:
        devstack.down(home)


@pytest.fixture
def private_stack(private_home: Path) -> Stack:
    """It runs, whatever the test before did to it: one that damages its data must mend it."""
    return devstack.up(private_home)


@pytest.fixture
def settings_for_test(stack: Stack, tmp_path: Path) -> Iterator[Settings]:
    """Settings with names that no other test has, on topics that exist; both are gone afterwards."""
    with topics_of_its_own(stack, tmp_path) as settings:
        yield settings


@contextmanager
def topics_of_its_own(stack: Stack, home: Path) -> Iterator[Settings]:
    """What ``settings_for_test`` gives, for a test that needs it more than once."""
    name = f"t{secrets.token_hex(4)}"
    settings = load_settings(
        env=name,
        home=home,
        bootstrap_servers=stack.bootstrap_servers,
        redis_url=stack.redis_url,
        topic_prefix=f"{name}.",
        partitions=PARTITIONS,
        quality_partitions=QUALITY_PARTITIONS,
        session_timeout_ms=6000,
        transaction_timeout_ms=10_000,
        web_port=0,
    )
    ensure_topics(settings)
    try:
        yield settings
    finally:
        _delete_topics(settings)
        _delete_keys(settings)


def _delete_topics(settings: Settings) -> None:
    client = admin_client(settings)
    names = [name for name in client.list_topics(timeout=10).topics if name.startswith(settings.topic_prefix)]
    for future in client.delete_topics(names, operation_timeout=10).values() if names else ():
        future.result()


def _delete_keys(settings: Settings) -> None:
    with redis.Redis.from_url(settings.redis_url) as client:
        for key in client.scan_iter(match=f"*{settings.env}*", count=1000):
            client.delete(key)
