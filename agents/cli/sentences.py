"""What ``assay --help`` says of each verb, without loading its module: all of them take seconds.

Each is the beginning of the command's own docstring; ``tests/unit/cli/test_help.py`` compares the two.
"""

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    "audit": "Account for every raw record, from the topics alone.",
    "audit-log": "Check the account of what people did: who opened, changed or released what, and why.",
    "bench": "Measure speed and detection; without a name: all benchmarks.",
    "config": "Write the configuration of Prometheus, Alertmanager and Grafana.",
    "demo": "Start Kafka, Valkey and a worker with all agents, publish traces, and follow them through the whole loop.",
    "dev": "Start and stop Kafka and Valkey on loopback, with their data under .assay/dev.",
    "doctor": "Look at everything Assay needs.",
    "drill": "Rehearse: bring synthetic traces in, follow them, and clean up.",
    "escalations": "Look at escalations: what each waits for, and whether one has stalled.",
    "generate": "Publish traces to Kafka: made-up ones with a known share of faults, or the lines of a file.",
    "investigate": "Show the issue groups of a window of time: how often, whose, by which producers, how they stand, what to do next.",
    "issues": "List issue groups and work on them: triage, assign, acknowledge, confirm, resolve, ignore, reopen.",
    "keys": "Make keys to the API, replace and revoke them.",
    "micro": "Run the whole pipeline in memory, behind a REST API, until a signal ends it.",
    "patterns": "Compare failing traces with passing ones of the same time, and show what the failing ones have more often.",
    "policy": "Check, show, compare, try out and publish bundles: schemas, policies and remediation rules.",
    "quality": "Show the quality of the last five minutes, from the tallies.",
    "quarantine": "Look at contained traces, open one, or let some go through every detector once more.",
    "replay": "Plan, start and control replays of what lies in quarantine or in the dead letter queue.",
    "rules": "List, try out and preview remediation rules; see what they did, and take it back.",
    "serve": "Serve the API and the page until a signal ends it.",
    "tasks": "Look at manual tasks, work on them, and complete them: TASK is an id, a fingerprint, or the beginning of one.",
    "tenants": "What concerns one tenant as a whole.",
    "topics": "Create the topics, or check that they lose nothing.",
    "trace": "Look at one trace.",
    "validate": "Judge records from files with the code, schemas and policies that judge them in the pipeline.",
    "views": "Compare the views with the topics, make them again, or look at them.",
    "worker": "Run the agents until a signal ends them; processes that die are restarted.",
}
