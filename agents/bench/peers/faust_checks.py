"""A Faust agent that does all the checks as a tutorial would. At least once, at best."""

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

from .faust_agent import judge_all
from .straightforward import checks


def run(job: Job, watch: Stopwatch) -> None:
    """As :func:`.faust_agent.run`, with every check."""
    judge_all(job, watch, checks())
