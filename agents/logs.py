"""Logs: one JSON object a line on standard error; never a payload, never a field value (promise 4)."""

import logging
import sys
from collections.abc import Mapping

import orjson

from assay.pipeline.core.clock import rfc3339

NOISY = ("aiokafka", "faust", "mode", "kafka")


class JsonLines(logging.Formatter):
    """``time``, ``level``, ``logger``, ``message`` and, for errors, the kind and place of the exception.

    Exception texts are left out, also where a library put them into its message: it may quote what it choked on.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": rfc3339(int(record.created * 1e9)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            "pid": record.process,
        }
        if record.exc_info is not None and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            traceback = record.exc_info[2]
            while traceback is not None and traceback.tb_next is not None:
                traceback = traceback.tb_next
            if traceback is not None:
                code = traceback.tb_frame.f_code
                line["at"] = f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}"
        return _dumps(line).decode()


class _Name:
    """Stands in for an exception in a message: its kind, not its text."""

    def __init__(self, error: BaseException) -> None:
        self._name = type(error).__name__

    def __str__(self) -> str:
        return self._name

    __repr__ = __str__


def _message(record: logging.LogRecord) -> str:
    """The message with its arguments; the template alone when they do not fit: logging would print them all."""
    template = str(record.msg)
    if record.name == "asyncio":
        # What follows the first line is the repr of a task or a transport, exception text included.
        template = template.partition("\n")[0]
    try:
        return template % _named(record.args) if record.args else template
    except (TypeError, ValueError, KeyError):
        return template


def _named(args: tuple[object, ...] | Mapping[str, object]) -> tuple[object, ...] | dict[str, object]:
    """The arguments of a message, exceptions replaced by their names."""
    if isinstance(args, tuple):
        return tuple(_Name(arg) if isinstance(arg, BaseException) else arg for arg in args)
    return {key: _Name(arg) if isinstance(arg, BaseException) else arg for key, arg in args.items()}


def _dumps(line: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(line)
    except (
        TypeError
    ):  # a lone surrogate, from a file name for instance: the line is worth more than the character
        return orjson.dumps(
            {key: _printable(value) if isinstance(value, str) else value for key, value in line.items()}
        )


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def set_up_logging(level: str) -> None:
    """Send everything to standard error; libraries are heard from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
