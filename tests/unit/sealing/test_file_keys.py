"""The tenants' keys in files: private, made once, gone when destroyed."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from assay.agents.sealing import FileKeyProvider
from assay.pipeline.core.errors import ConfigError, DependencyUnavailableError, SealError

DATA_KEY = bytes(range(32))
RACERS = 8


def _only_file(directory: Path) -> Path:
    (path,) = directory.iterdir()
    return path


def test_a_wrapped_key_unwraps(provider: FileKeyProvider) -> None:
    kid, wrapped = provider.wrap("acme", DATA_KEY)
    assert DATA_KEY not in wrapped
    assert provider.unwrap("acme", kid, wrapped) == DATA_KEY


def test_another_process_with_the_directory_unwraps_it(provider: FileKeyProvider, directory: Path) -> None:
    kid, wrapped = provider.wrap("acme", DATA_KEY)
    assert FileKeyProvider(directory).unwrap("acme", kid, wrapped) == DATA_KEY
    assert FileKeyProvider(directory).wrap("acme", DATA_KEY)[0] == kid


def test_nobody_else_can_read_the_keys(provider: FileKeyProvider, directory: Path) -> None:
    before = os.umask(0)
    try:
        provider.wrap("acme", DATA_KEY)
    finally:
        os.umask(before)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(_only_file(directory).stat().st_mode) == 0o600


def test_asking_makes_no_key(provider: FileKeyProvider, directory: Path) -> None:
    """An auditor that opens must not leave keys, nor a directory, behind."""
    assert provider.active_kid("acme") is None
    with pytest.raises(SealError):
        provider.unwrap("acme", "file:0", b"")
    assert not directory.exists()


@pytest.mark.parametrize(
    "tenant", ["../../etc/passwd", "/etc/passwd", "", ".", "a" * 5000, "a/b", "a\0b", "näme", "\ud800"]
)
def test_a_tenants_name_cannot_choose_a_path(provider: FileKeyProvider, directory: Path, tenant: str) -> None:
    kid, wrapped = provider.wrap(tenant, DATA_KEY)
    assert provider.unwrap(tenant, kid, wrapped) == DATA_KEY
    name = _only_file(directory).name
    assert len(name) == 64 + len(".key")
    assert set(name.removesuffix(".key")) <= set("0123456789abcdef")


def test_tenants_have_keys_of_their_own(provider: FileKeyProvider) -> None:
    kid, wrapped = provider.wrap("acme", DATA_KEY)
    other, _ = provider.wrap("globex", DATA_KEY)
    assert kid != other
    with pytest.raises(SealError):
        provider.unwrap("globex", kid, wrapped)
    with pytest.raises(SealError):
        provider.unwrap("globex", other, wrapped)


def test_of_many_that_make_a_key_at_once_one_wins(directory: Path) -> None:
    """Workers start together and meet their first failing trace together."""
    ready = Barrier(RACERS)

    def race(_: int) -> tuple[str, bytes]:
        provider = FileKeyProvider(directory)
        ready.wait()
        return provider.wrap("acme", DATA_KEY)

    with ThreadPoolExecutor(RACERS) as pool:
        wrapped = list(pool.map(race, range(RACERS)))
    assert len({kid for kid, _ in wrapped}) == 1
    assert len(list(directory.iterdir())) == 1
    assert {FileKeyProvider(directory).unwrap("acme", *pair) for pair in wrapped} == {DATA_KEY}


def test_the_loser_of_the_race_takes_the_winners_key(
    provider: FileKeyProvider, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link
    winner: list[str] = []

    def link_second(draft: Path, path: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        winner.append(FileKeyProvider(directory).wrap("acme", DATA_KEY)[0])
        link(draft, path)

    monkeypatch.setattr(os, "link", link_second)
    assert provider.wrap("acme", DATA_KEY)[0] == winner[0]
    assert len(list(directory.iterdir())) == 1


def test_a_destroyed_key_is_gone_for_every_process(provider: FileKeyProvider, directory: Path) -> None:
    other = FileKeyProvider(directory)
    kid, wrapped = provider.wrap("acme", DATA_KEY)
    assert other.unwrap("acme", kid, wrapped) == DATA_KEY
    provider.destroy("acme")
    assert provider.active_kid("acme") is None
    with pytest.raises(SealError):
        other.unwrap("acme", kid, wrapped)


def test_the_key_after_a_destroyed_one_is_another(provider: FileKeyProvider) -> None:
    kid, wrapped = provider.wrap("acme", DATA_KEY)
    provider.destroy("acme")
    assert provider.wrap("acme", DATA_KEY)[0] != kid
    with pytest.raises(SealError, match="destroyed"):
        provider.unwrap("acme", kid, wrapped)


def test_destroying_takes_the_second_name_that_a_crash_left(
    provider: FileKeyProvider, directory: Path
) -> None:
    """A process may die between giving the key its name and taking the draft's away."""
    provider.wrap("acme", DATA_KEY)
    path = _only_file(directory)
    os.link(path, directory / f".{path.name}.0123456789abcdef")
    provider.wrap("globex", DATA_KEY)
    provider.destroy("acme")
    assert provider.active_kid("globex") is not None
    assert len(list(directory.iterdir())) == 1


def test_destroying_what_is_not_there_is_no_error(provider: FileKeyProvider) -> None:
    provider.destroy("acme")
    provider.wrap("globex", DATA_KEY)
    provider.destroy("acme")


def test_a_directory_that_others_may_enter_is_refused(directory: Path) -> None:
    directory.mkdir()
    directory.chmod(0o750)
    with pytest.raises(ConfigError, match=r"ASSAY_KEYS_DIR.*0750.*chmod go="):
        FileKeyProvider(directory)


def test_a_key_that_others_may_read_is_refused(provider: FileKeyProvider, directory: Path) -> None:
    provider.wrap("acme", DATA_KEY)
    _only_file(directory).chmod(0o640)
    with pytest.raises(ConfigError, match="0640"):
        provider.wrap("acme", DATA_KEY)


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_a_damaged_key_stops_the_work_and_is_not_replaced(
    provider: FileKeyProvider, directory: Path, content: bytes
) -> None:
    """Promise 5: a new key would hide that all older payloads are lost."""
    kid, wrapped = provider.wrap("acme", DATA_KEY)
    _only_file(directory).write_bytes(content)
    with pytest.raises(DependencyUnavailableError, match="damaged"):
        provider.wrap("acme", DATA_KEY)
    with pytest.raises(DependencyUnavailableError, match="damaged"):
        provider.unwrap("acme", kid, wrapped)
    assert _only_file(directory).read_bytes() == content


@pytest.mark.parametrize(
    "call",
    [
        lambda provider: provider.wrap("acme", DATA_KEY),
        lambda provider: provider.unwrap("acme", "file:0", b""),
        lambda provider: provider.active_kid("acme"),
    ],
    ids=["wrap", "unwrap", "active_kid"],
)
def test_a_store_that_does_not_answer_is_not_a_lost_key(
    tmp_path: Path, call: Callable[[FileKeyProvider], object]
) -> None:
    in_the_way = tmp_path / "keys"
    in_the_way.write_text("a file where the directory should be")
    with pytest.raises(DependencyUnavailableError, match=r"NotADirectoryError|FileExistsError"):
        call(FileKeyProvider(in_the_way))


def test_a_full_disk_leaves_no_draft(
    provider: FileKeyProvider, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DependencyUnavailableError, match="errno 28"):
        provider.wrap("acme", DATA_KEY)
    assert list(directory.iterdir()) == []


def test_a_link_to_a_key_elsewhere_is_not_followed(
    provider: FileKeyProvider, directory: Path, tmp_path: Path
) -> None:
    provider.wrap("acme", DATA_KEY)
    path = _only_file(directory)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DependencyUnavailableError):
        provider.wrap("acme", DATA_KEY)


@pytest.mark.parametrize("altered", [0, 11, 12, 59, -1])
def test_an_altered_wrapped_key_does_not_unwrap(provider: FileKeyProvider, altered: int) -> None:
    kid, wrapped = provider.wrap("acme", DATA_KEY)
    damaged = bytearray(wrapped)
    damaged[altered] ^= 1
    with pytest.raises(SealError):
        provider.unwrap("acme", kid, bytes(damaged))


@pytest.mark.parametrize("wrapped", [b"", b"x", b"x" * 12, b"x" * 27])
def test_a_short_wrapped_key_does_not_unwrap(provider: FileKeyProvider, wrapped: bytes) -> None:
    kid, _ = provider.wrap("acme", DATA_KEY)
    with pytest.raises(SealError):
        provider.unwrap("acme", kid, wrapped)
