"""Lints of ``policies/escalation.yaml``: chains that work, and may not do what was meant."""

from collections.abc import Iterator, Mapping

from ...core.document import Json
from ...core.issue import Severity
from ..bundle import Bundle
from ..bundle_files import ESCALATION_FILE
from ..escalation import Chain, ChainStep, Confirm, EscalationMatrix
from ..note import Level, Note


def doubtful_chains(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """What somebody should look at again."""
    document = documents.get(ESCALATION_FILE)
    if not isinstance(document, dict):
        return
    matrix = bundle.escalation
    for section, chains in (("chains", matrix.chains), ("overlays", matrix.overlays)):
        rows = document.get(section)
        for name, chain in chains.items():
            if isinstance(rows, dict) and name in rows:
                yield from _chain(f"{section}.{name}", chain, matrix)
    if not matrix.chains[Severity.HIGH].steps:
        yield _warning(f"chains.{Severity.HIGH}.steps", "calls nobody, ever", "Add a step")
    yield from _idle_roles(document, matrix)


def _chain(place: str, chain: Chain, matrix: EscalationMatrix) -> Iterator[Note]:
    for index, step in enumerate(chain.steps):
        yield from _step(f"{place}.steps[{index}]", step, matrix)
        if any(set(step.roles) == set(other.roles) for other in chain.steps[:index]):
            yield _warning(
                f"{place}.steps[{index}].roles",
                "calls the same roles as a step before",
                "Call somebody higher: these know already",
            )


def _step(place: str, step: ChainStep, matrix: EscalationMatrix) -> Iterator[Note]:
    wanting = [role for role in step.roles if matrix.roles[role].confirm is Confirm.REQUIRED]
    if wanting and step.confirm is Confirm.NOT_NEEDED and not step.because:
        yield _warning(
            f"{place}.confirm",
            f"lets a clock call {', '.join(wanting)}, who are for people to call",
            "Write confirm: required and ask, or say because",
        )
    if step.because and (not wanting or step.confirm is Confirm.REQUIRED):
        yield _warning(f"{place}.because", "excuses nothing", "Remove it")
    both = sorted(set(step.ask) & set(step.roles))
    if both:
        yield _warning(
            f"{place}.ask",
            f"asks {', '.join(both)} whether to call them",
            "Ask somebody who is called before",
        )


def _idle_roles(document: Mapping[str, Json], matrix: EscalationMatrix) -> Iterator[Note]:
    named = document.get("roles")
    chains = [*matrix.chains.values(), *matrix.overlays.values()]
    steps = [step for chain in chains for step in chain.steps]
    called = {role for step in steps for role in (*step.roles, *step.ask)}
    called |= set(matrix.volume.roles) if matrix.volume else set()
    for role in named if isinstance(named, dict) else ():
        if role not in called:
            yield _warning(f"roles.{role}", "is never called", "Remove it, or name it in a step")


def _warning(place: str, why: str, remedy: str) -> Note:
    return Note(Level.WARNING, ESCALATION_FILE, place, why, remedy)
