"""What is to be done with a failing trace: severity, team, fingerprint, disposition, and one fact per issue group."""

from .classifier import Classified, Classifier
from .decision import MAX_ATTEMPTS, Decision, decide
from .issue import ClassifiedIssue, IssueReader, Unknown
from .rules import NoRules, RemediationRules

__all__ = [
    "Classifier",
    "Classified",
    "decide",
    "Decision",
    "MAX_ATTEMPTS",
    "IssueReader",
    "ClassifiedIssue",
    "Unknown",
    "RemediationRules",
    "NoRules",
]
