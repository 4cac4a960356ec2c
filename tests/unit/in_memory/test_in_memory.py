"""Where Kafka keeps the data of tests: in memory where there is room, and nothing of it is left there."""

from pathlib import Path

import pytest

from ... import in_memory


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for memory, with room."""
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(in_memory, "MEMORY", folder)
    monkeypatch.setattr(in_memory, "ROOM_BYTES", 0)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where Kafka looks for it."""
    return tmp_path / "dev" / "kafka" / "data"


def test_it_is_in_memory_until_it_is_forgotten(tmp_path: Path, memory: Path, data: Path) -> None:
    in_memory.keep_in_memory(tmp_path)
    (data / "meta.properties").touch()
    in_memory.keep_in_memory(tmp_path)
    assert [found.name for found in memory.glob("*/*")] == ["meta.properties"]
    in_memory.forget(tmp_path)
    assert not data.is_symlink()
    assert not [*memory.iterdir()]


def test_after_a_restart_of_the_machine_it_begins_anew(tmp_path: Path, memory: Path, data: Path) -> None:
    in_memory.keep_in_memory(tmp_path)
    data.resolve().rmdir()
    in_memory.keep_in_memory(tmp_path)
    assert data.is_dir()
    assert data.resolve().parent == memory


def test_what_is_on_the_disk_stays_there(tmp_path: Path, memory: Path, data: Path) -> None:
    data.mkdir(parents=True)
    in_memory.keep_in_memory(tmp_path)
    in_memory.forget(tmp_path)
    assert data.is_dir()
    assert not [*memory.iterdir()]


def test_without_room_it_is_on_the_disk(
    tmp_path: Path, memory: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_memory, "ROOM_BYTES", 1 << 60)
    in_memory.keep_in_memory(tmp_path)
    assert not data.is_symlink()
    assert not [*memory.iterdir()]
