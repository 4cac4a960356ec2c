"""Writes a validation report of any size: results are spooled to disk, the summary stands first."""

import shutil
import tempfile
from typing import IO

import orjson

from assay.pipeline.report import Entry, Summary, entry_document


class ReportWriter:
    """``{"summary": …, "results": […]}``, the results in the order of :meth:`add`."""

    def __init__(self) -> None:
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._empty = True

    def add(self, entry: Entry) -> None:
        """Keep one result."""
        if not self._empty:
            self._spool.write(b",\n")
        self._empty = False
        self._spool.write(orjson.dumps(entry_document(entry)))

    def write(self, summary: Summary, out: IO[bytes]) -> None:
        """The whole report; may be called for several outputs."""
        out.write(b'{"summary":' + orjson.dumps(summary.document()) + b',"results":[\n')
        self._spool.seek(0)
        shutil.copyfileobj(self._spool, out)
        out.write(b"\n]}\n")

    def close(self) -> None:
        """Give the disk back."""
        self._spool.close()
