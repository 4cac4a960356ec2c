"""What a job's edit does to each trace: a person's patch, or a remediation rule that a person chose."""

from collections.abc import Callable
from typing import NamedTuple

from assay.pipeline.core.document import Json
from assay.pipeline.core.json_patch import Operation
from assay.pipeline.core.sealed import Opener
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.dispose.sealed_payload import sealed_from_json
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.remediate import Effort, Remediator
from assay.pipeline.replay import Edit, EditKind, ReplayRequest
from assay.pipeline.replay.edit import Edited, EditError, edited, read_patch

from .forge import Editor, EditRefusedError


def patch_editor(text: bytes) -> Editor:
    """Applies a JSON Patch. Raises :class:`EditError` for what is none."""
    patch = read_patch(text)
    return lambda document, _verdict: edited(document, patch)


def rule_editor(bundle: Bundle, rule: str) -> Editor:
    """Applies a rule as a person may: also one that is not to be trusted with it alone.

    Raises ``UnsupportedRemediationRuleError`` when the bundle has no such rule (S0-135).
    """
    remediator = Remediator(bundle)
    remediator.rule(rule)

    def apply(document: Json, verdict: Verdict) -> Edited:
        repair = remediator.repair(
            document,
            verdict.issues,
            subject=verdict.subject,
            tenant=verdict.tenant,
            effort=Effort.PROPOSAL,
            only=rule,
        )
        if not repair.changed:
            raise EditError("the rule changes nothing in this trace")
        return Edited(repair.value, repair.document, [*repair.patch], [*repair.inverse])

    return apply


def editor_of(bundle: Bundle, edit: Edit, opener: Opener) -> Editor:
    """The editor of an edit. Raises :class:`EditRefusedError`, ``SealError`` or ``UnsupportedRemediationRuleError``."""
    if edit.kind is EditKind.RULE:
        return rule_editor(bundle, edit.rule)
    text = opener.open(edit.tenant, sealed_from_json(edit.sealed), edit.aad.encode())
    try:
        return patch_editor(text)
    except EditError:
        raise EditRefusedError("the sealed edit opens, but is no JSON Patch") from None


def edit_reader(opener: Opener) -> Callable[[Bundle, ReplayRequest], Editor | None]:
    """What the agent asks for the editor of a job; ``None`` for a job without an edit."""

    def read(bundle: Bundle, request: ReplayRequest) -> Editor | None:
        return None if request.edit is None else editor_of(bundle, request.edit, opener)

    return read


class Proposal(NamedTuple):
    """A rule as ``name@version``, and the patch that it makes of a trace."""

    rule: str
    patch: list[Operation]


def proposals(bundle: Bundle, document: Json, verdict: Verdict) -> list[Proposal]:
    """What the rules would do, each by itself. For a person who looks: patches hold values."""
    remediator = Remediator(bundle)
    found: list[Proposal] = []
    for rule in bundle.remediation_rules.values():
        repair = remediator.repair(
            document,
            verdict.issues,
            subject=verdict.subject,
            tenant=verdict.tenant,
            effort=Effort.PROPOSAL,
            only=rule.name,
        )
        if repair.changed:
            found.append(Proposal(rule.rule_id, [*repair.patch]))
    return found
