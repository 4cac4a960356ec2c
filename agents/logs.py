"""Logs: one JSON object a line on standard error; never a payload, never a field value (promise 4)."""

import logging
import sys

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
        return orjson.dumps(line).decode()


class _Name:
    """Stands in for an exception in a message: its kind, not its text."""

    def __init__(self, error: BaseException) -> None:
        self._name = type(error).__name__

    def __str__(self) -> str:
        return self._name

    __repr__ = __str__


def _message(record: logging.LogRecord) -> str:
    if isinstance(record.args, tuple):
        record.args = tuple(_Name(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
    return record.getMessage()


def set_up_logging(level: str) -> None:
    """Send everything to standard error; libraries are heard from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
