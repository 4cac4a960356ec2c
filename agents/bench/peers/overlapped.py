"""The mirror with the lane's slots and its memory settings: what they bring when nothing is judged."""

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch
from assay.agents.bench.tuned import run_tuned
from assay.agents.process import tune_memory
from assay.agents.transport.slots import default_slots

from .mirror import copy_all


def run(job: Job, watch: Stopwatch) -> None:
    """As :func:`.mirror.run`, with as many producers side by side as the lane has."""
    tune_memory()
    settings = job.settings()
    slots = min(settings.slots, job.partitions) or default_slots(job.partitions, settings.expected_workers)
    run_tuned(lambda: copy_all(job, watch, slots))
