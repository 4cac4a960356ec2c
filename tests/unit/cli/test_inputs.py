"""Which bytes are a record: lines, files, directories, standard input."""

from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.agents.cli import inputs
from assay.agents.cli.inputs import find_files, read_records


def lines(path: Path, content: bytes) -> list[tuple[int | None, bytes]]:
    path.write_bytes(content)
    return [(place.line, value) for place, value in read_records([str(path)], raw=False)]


def test_every_line_that_is_not_blank_is_a_record_with_its_number(tmp_path: Path) -> None:
    found = lines(tmp_path / "a.jsonl", b'{"a":1}\n\n  \t\n{"b":2}\r\nlast')
    assert found == [(1, b'{"a":1}'), (4, b'{"b":2}'), (5, b"last")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.binary().filter(lambda line: b"\n" not in line and b"\r" not in line and line.strip(b" \t")))
)
def test_lines_come_back_as_they_are(tmp_path: Path, values: list[bytes]) -> None:
    found = lines(tmp_path / "a.jsonl", b"".join(value + b"\n" for value in values))
    assert found == list(enumerate(values, start=1))


def test_a_raw_file_is_one_record_with_any_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"\x00\n\xff\n")
    assert [(str(place), value) for place, value in read_records([str(file)], raw=True)] == [
        (str(file), b"\x00\n\xff\n")
    ]


def test_an_empty_raw_file_is_a_record_too(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert [value for _, value in read_records([str(tmp_path / "a")], raw=True)] == [b""]


def test_a_line_without_end_is_cut_and_the_next_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "MOST_BYTES", 10)
    found = lines(tmp_path / "a.jsonl", b"x" * 35 + b"\nshort\n" + b"y" * 10 + b"\n" + b"z" * 9 + b"\n1")
    assert found == [(1, b"x" * 10), (2, b"short"), (3, b"y" * 10), (4, b"z" * 9), (5, b"1")]


def test_a_directory_means_its_json_files_in_order(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.json", "notes.txt", "sub/c.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(Path(name).relative_to(tmp_path)) for name in find_files([str(tmp_path)])]
    assert found == ["a.json", "b.jsonl", "sub/c.json"]


def test_the_report_of_the_last_run_is_not_an_input(tmp_path: Path) -> None:
    for name in ("a.json", "report.json"):
        (tmp_path / name).touch()
    assert find_files([str(tmp_path)], skip=tmp_path / "report.json") == [str(tmp_path / "a.json")]


def test_a_directory_with_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(click.BadParameter, match=r"no \*\.json"):
        find_files([str(tmp_path)])


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(click.BadParameter, match="no such file"):
        find_files([str(tmp_path / "nowhere")])
