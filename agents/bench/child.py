"""``python -m assay.agents.bench.child ROLE JOB``: one role of a benchmark; answers in JSON lines on standard output.

A role is a module of this package: ``peers.<name>`` with ``run(job, watch)``, any other with ``work(job, say)``.
"""

import importlib
import logging
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch
from assay.agents.process import die_with_parent

Say = Callable[[dict[str, Any]], None]


def main() -> None:
    """Do what the command line says."""
    role, text = sys.argv[1:]
    die_with_parent()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    say = _answers()
    job = Job.from_json(text)
    module = importlib.import_module(f"assay.agents.bench.{role}")
    if not role.startswith("peers."):
        module.work(job, say)
        return
    watch = Stopwatch(job.records)
    module.run(job, watch)
    assert watch.run is not None, "the peer ended before its job was complete"
    say(asdict(watch.run))


def _answers() -> Say:
    """Keeps standard output for answers: what libraries print goes where errors go."""
    stdout, sys.stdout = sys.stdout, sys.stderr

    def say(answer: dict[str, Any]) -> None:
        stdout.write(orjson.dumps(answer).decode() + "\n")
        stdout.flush()

    return say


if __name__ == "__main__":
    main()
