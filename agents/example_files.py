"""The examples that lie beside schemas, and the cases beside remediation rules."""

from collections.abc import Iterator
from importlib.resources.abc import Traversable

from assay.pipeline.core.document import Json
from assay.pipeline.policy.bounds import most_bytes
from assay.pipeline.policy.documents import read_json, read_yaml
from assay.pipeline.report import Deviation, Example, example_of

from .policy_files import Roots

MOST_EXAMPLES = 10_000


def read_examples(roots: Roots) -> tuple[list[Example], list[Deviation]]:
    """Every example and every case, and those that cannot be judged because of what their files hold.

    Raises ``OSError`` for files that cannot be read.
    """
    examples: list[Example] = []
    unusable: list[Deviation] = []
    for file, folder, entry in [*_of_schemas(roots["schemas"]), *case_files(roots["remediation_rules"])]:
        try:
            document = read_document(entry)
            examples += _case(file, document) if folder == "" else [_example(file, folder, document)]
        except ValueError as error:
            unusable.append(Deviation(file, why=str(error)))
        if len(examples) > MOST_EXAMPLES:
            unusable.append(
                Deviation(file, why=f"there are more than {MOST_EXAMPLES} examples; the rest is left out")
            )
            break
    return examples, unusable


def _of_schemas(root: Traversable) -> Iterator[tuple[str, str, Traversable]]:
    """``<subject>/examples/{valid,invalid}/*.json``: path, folder inside ``schemas``, file."""
    for subject in _entries(root):
        for kind in ("valid", "invalid"):
            folder = f"{subject.name}/examples/{kind}"
            for entry in _entries(subject.joinpath("examples").joinpath(kind)):
                if entry.name.endswith(".json"):
                    yield f"schemas/{folder}/{entry.name}", folder, entry


def case_files(root: Traversable) -> Iterator[tuple[str, str, Traversable]]:
    """``cases/<rule>/*.yaml`` and ``<rule>/cases/*.yaml`` below ``remediation_rules``: path, nothing, file."""
    for outer in _entries(root):
        for inner in _entries(outer):
            if "cases" in {outer.name, inner.name} and outer.name != inner.name:
                for entry in _entries(inner):
                    if entry.name.endswith((".yaml", ".json")):
                        yield f"remediation_rules/{outer.name}/{inner.name}/{entry.name}", "", entry


def _entries(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else []


def read_document(entry: Traversable) -> Json:
    """What the file of an example or a case holds. Raises ``ValueError`` for one that is no JSON or YAML of ours."""
    with entry.open("rb") as stream:
        data = stream.read(most_bytes(entry.name) + 1)
    if len(data) > most_bytes(entry.name):
        raise ValueError(f"has more than {most_bytes(entry.name)} bytes")
    return read_yaml(data) if entry.name.endswith(".yaml") else read_json(data)


def _example(file: str, folder: str, document: Json) -> Example:
    subject, _, kind = folder.split("/")
    return Example(file, subject, document, ()) if kind == "valid" else example_of(file, subject, document)


def _case(file: str, document: Json) -> list[Example]:
    """The trace before, with its issues, and the trace after, with none; of one that is not repaired, only the first."""
    match document:
        case {"subject": str(subject), "before": before, "issues": list(issues)}:
            broken = example_of(f"{file}: before", subject, {"expect": issues, "trace": before})
        case _:
            raise ValueError("is not a case with subject, before, issues and, where it is repaired, after")
    match document:
        case {"after": after}:
            return [broken, Example(f"{file}: after", subject, after, ())]
        case _:
            return [broken]
