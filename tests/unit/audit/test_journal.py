"""Reading what ``assay generate --journal`` wrote."""

from pathlib import Path

import pytest

from assay.agents.audit.journal import JournalLine, read_journal
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.core.record import Source


def test_lines_are_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(
        '{"key":"6b","topic":"t","partition":1,"offset":2,"expected":null,"blocking":false}\n'
        '{"key":null,"topic":"t","partition":null,"offset":null,"expected":"corrupt.empty","blocking":true}\n'
        '{"key":null,"topic":"t","partition":0,"offset":0,"expected":null,"blocking":false,"expected_known":false}\n'
    )
    assert list(read_journal(path)) == [
        JournalLine(b"k", Source("t", 1, 2), None, blocking=False, known=True),
        JournalLine(None, None, "corrupt.empty", blocking=True, known=True),
        JournalLine(None, Source("t", 0, 0), None, blocking=False, known=False),
    ]


def test_a_last_line_cut_off_by_a_kill_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"key":null,"topic":"t","partition":0,"offset":0,"expected":null}\n{"key":nu')
    assert len(read_journal(path)) == 1


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"key":5,"offset":1,"expected":null}', '"secret"'])
def test_a_line_that_is_none_is_named_by_number_and_not_quoted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(text + "\n")
    with pytest.raises(ConfigError, match=r"journal\.jsonl:1: is not a line of a journal") as raised:
        read_journal(path)
    assert "secret" not in str(raised.value)


def test_a_journal_that_is_not_there_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_journal(tmp_path / "none")
