"""Logs: one JSON object a line, and no secret in any of them (promise 4)."""

import asyncio
import gc
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.agents.logs import JsonLines, set_up_logging

Lines = Callable[[], list[dict[str, Any]]]
SECRET = "geheim 4111-1111"
log = logging.getLogger("assay.agents.somewhere")


class QuotingError(Exception):
    """As the parsers of this world: it quotes what it choked on."""


def parse() -> None:
    raise QuotingError(SECRET)


def parse_and_explain() -> None:
    try:
        parse()
    except QuotingError as error:
        raise ValueError(SECRET) from error


def test_a_line_says_when_where_how_bad_and_what(lines: Lines) -> None:
    log.warning("slot %d starts over: %s", 3, "FencedError")
    [line] = lines()
    assert line["level"] == "warning"
    assert line["logger"] == "assay.agents.somewhere"
    assert line["message"] == "slot 3 starts over: FencedError"
    assert isinstance(line["pid"], int)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", line["time"])


def test_a_line_break_in_a_message_makes_no_second_line(lines: Lines) -> None:
    """Nobody forges a line by naming a thing cleverly."""
    log.error("topic %s", 'a\n{"level":"info","message":"all is well"}\r\x1b[2J')
    [line] = lines()
    assert line["level"] == "error"


def test_an_error_is_named_and_placed_its_text_is_not_said(lines: Lines) -> None:
    try:
        parse()
    except QuotingError:
        log.exception("lane ends")
    [line] = lines()
    assert line["error"] == "QuotingError"
    assert re.search(r"test_logs\.py:\d+ parse$", line["at"])
    assert SECRET not in str(line)


def test_neither_is_the_text_of_what_caused_it(lines: Lines) -> None:
    try:
        parse_and_explain()
    except ValueError:
        log.exception("lane ends")
    assert SECRET not in str(lines())


@pytest.mark.parametrize(
    ("template", "arguments"),
    [
        ("it failed: %s", (QuotingError(SECRET),)),
        ("it failed: %r", (QuotingError(SECRET),)),
        ("%s failed: %s", ("it", QuotingError(SECRET))),
        ("it failed: %(why)s", ({"why": QuotingError(SECRET)},)),
    ],
)
def test_an_error_as_an_argument_is_its_name(
    lines: Lines, template: str, arguments: tuple[object, ...]
) -> None:
    """As libraries log it, and mode does when a service crashes."""
    log.error(template, *arguments)
    [line] = lines()
    assert line["message"] == "it failed: QuotingError"


@pytest.mark.parametrize(
    ("template", "arguments"),
    [
        ("%d records", (SECRET,)),
        ("%s", (SECRET, SECRET)),
        ("%(x)s", ({"y": SECRET},)),
        ("no place", (SECRET,)),
    ],
)
def test_arguments_that_do_not_fit_are_left_out(
    lines: Lines, capfd: pytest.CaptureFixture[str], template: str, arguments: tuple[object, ...]
) -> None:
    """logging itself would print them all, with a traceback."""
    record = log.makeRecord("x", logging.ERROR, "f", 1, template, arguments, None)
    logging.getLogger().handlers[0].handle(record)  # ours alone: pytest's own would raise
    assert [line["message"] for line in lines()] == [template]
    assert SECRET not in "".join(capfd.readouterr())


def test_a_character_that_is_none_does_not_cost_the_line(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file name that is not UTF-8 holds lone surrogates."""
    ours = [handler for handler in logging.getLogger().handlers if isinstance(handler.formatter, JsonLines)]
    monkeypatch.setattr(logging.getLogger(), "handlers", ours)  # those of pytest cannot pass it on
    log.error("cannot read %s", b"caf\xe9.json".decode("utf-8", "surrogateescape"))
    [line] = lines()
    assert line["message"] == "cannot read caf?.json"


async def test_a_task_that_nobody_waited_for_does_not_tell_what_it_failed_of(lines: Lines) -> None:
    """asyncio writes the task's repr, and with it the text of the exception."""

    async def fail() -> None:
        raise QuotingError(SECRET)

    task = asyncio.create_task(fail())
    await asyncio.wait({task})
    del task
    gc.collect()
    [line] = lines()
    assert line["message"] == "Task exception was never retrieved"
    assert line["error"] == "QuotingError"
    assert SECRET not in str(line)


@pytest.mark.parametrize(
    ("level", "heard"),
    [("DEBUG", "WARNING"), ("INFO", "WARNING"), ("WARNING", "WARNING"), ("ERROR", "ERROR")],
)
def test_libraries_are_heard_from_warning_on(lines: Lines, level: str, heard: str) -> None:
    set_up_logging(level)
    logging.getLogger("aiokafka.consumer").info("what libraries say all day")
    assert lines() == []
    for name in ("aiokafka.conn", "faust.app", "mode.services"):
        assert logging.getLogger(name).getEffectiveLevel() == logging.getLevelName(heard)
    assert log.getEffectiveLevel() == logging.getLevelName(level)


@given(st.text(), st.lists(st.text() | st.integers() | st.builds(QuotingError, st.just(SECRET)), max_size=3))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_message_becomes_one_line_without_the_secret(template: str, arguments: list[object]) -> None:
    record = logging.LogRecord("x", logging.ERROR, "f", 1, template, tuple(arguments), None)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert SECRET not in line
