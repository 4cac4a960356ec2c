"""What a producer needs to make good traces: checks, schemas, guidelines (S0-169)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assay.pipeline.core.code_words import REMEDIES, SENTENCES
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.detect import Detector
from assay.pipeline.gate import ADVICE, Advice
from assay.pipeline.gate.advice import TEXTS
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.classification import EnforcementPoint, Mode

from .config import GateConfig
from .quality_gate import TraceQualityGate


@dataclass(frozen=True, slots=True)
class SubjectSchemas:
    """The schemas of one kind of trace."""

    current: str
    deprecated: frozenset[str]
    versions: Mapping[str, Json]
    """Version → JSON Schema (2020-12)."""


@dataclass(frozen=True, slots=True)
class Guideline:
    """What an issue code means at the gate, and how to have none of it."""

    code: IssueCode
    category: Category
    severity: Severity
    mode: Mode
    sentence: str
    remedy: str
    advice: Advice


@dataclass(frozen=True, slots=True)
class TraceQualitySDK:
    """All of it in one place."""

    gate: TraceQualityGate
    validators: Mapping[str, Detector]
    """By name, in the order in which they run: the gate's own, which are the stream's (S0-161)."""
    schema_registry: Mapping[str, SubjectSchemas]
    """By subject."""
    quality_guidelines: Mapping[IssueCode, Guideline]
    """For every code."""
    best_practices: tuple[str, ...]
    """A sentence each."""


def create_trace_quality_sdk(
    policies: Path | None = None, config: GateConfig | None = None
) -> TraceQualitySDK:
    """For the policies of a directory, or for those that ship. Raises :class:`ConfigError` as the gate does."""
    gate = TraceQualityGate(policies, config)
    return TraceQualitySDK(
        gate=gate,
        validators={validator.name: validator for validator in gate.validators},
        schema_registry={
            name: SubjectSchemas(subject.current_version, subject.deprecated_versions, subject.schemas)
            for name, subject in gate.bundle.subjects.items()
        },
        quality_guidelines={code: _guideline(code, gate.bundle) for code in IssueCode},
        best_practices=tuple(TEXTS[advice] for advice in Advice if advice is not Advice.GATE),
    )


def _guideline(code: IssueCode, bundle: Bundle) -> Guideline:
    policy = bundle.classification[code]
    mode = policy.mode_at(EnforcementPoint.GATE)
    return Guideline(
        code, policy.category, policy.severity, mode, SENTENCES[code], REMEDIES[code], ADVICE[code]
    )
