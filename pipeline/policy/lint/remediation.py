"""Lints of ``remediation_rules/``: rules that can never do what they say, because of the subject that they are for."""

from collections.abc import Iterator, Mapping

from ...core.document import Json
from ..any_subject import ANY
from ..bundle import Bundle, Subject
from ..note import Level, Note
from ..remediation_reach import outside_schema
from ..remediation_steps import Upgrade


def rules_without_subject(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """A rule for traces that there are not."""
    folders = {file.split("/")[1] for file in documents if file.startswith("schemas/")}
    for rule in bundle.remediation_rules.values():
        if rule.subject not in {ANY, *bundle.subjects, *folders}:
            why = f"is unreachable: there is no subject {rule.subject}"
            yield _error(
                rule.file, "subject", why, f"Use one of {', '.join(sorted(bundle.subjects))}, or {ANY}"
            )


def writes_outside_schemas(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """Steps that write members of which the schema of their subject does not know."""
    del documents
    for rule in bundle.remediation_rules.values():
        subject = bundle.subjects.get(rule.subject)
        for place in () if subject is None else outside_schema(rule, subject):
            yield _error(
                rule.file,
                "steps",
                f"writes {place}, which no schema of {rule.subject} has",
                "Correct the place, or describe the member in the schema",
            )


def upgrades_to_nowhere(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """Upgrades of a rule that its subject does not declare, and those of a subject that no rule does."""
    del documents
    done = {
        (rule.subject, step.from_version, step.to_version, rule.name): rule
        for rule in bundle.remediation_rules.values()
        for step in rule.steps
        if isinstance(step, Upgrade)
    }
    for (subject, old, new, name), rule in done.items():
        if subject in bundle.subjects and (old, new, name) not in _declared(bundle.subjects[subject]):
            yield _error(
                rule.file,
                "steps",
                f"upgrades from {old} to {new}, which {subject} does not declare",
                f"Add it to upgrades in schemas/{subject}/subject.yaml, with rule: {name}",
            )
    for one in bundle.subjects.values():
        for index, upgrade in enumerate(one.upgrades):
            key = (one.name, upgrade.from_version, upgrade.to_version, upgrade.rule)
            # Of a rule with something wrong in its file that was told already.
            told = upgrade.rule not in bundle.remediation_rules and not bundle.bundle_id
            if key not in done and not told:
                yield _error(
                    f"schemas/{one.name}/subject.yaml",
                    f"upgrades[{index}].rule",
                    f"no rule {upgrade.rule} upgrades {one.name} from {upgrade.from_version} to {upgrade.to_version}",
                    "Add the step to the rule, or remove the upgrade",
                )


def _declared(subject: Subject) -> set[tuple[str, str, str]]:
    return {(one.from_version, one.to_version, one.rule) for one in subject.upgrades}


def _error(file: str, place: str, why: str, remedy: str) -> Note:
    return Note(Level.ERROR, file, place, why, remedy)
