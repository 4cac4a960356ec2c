"""Are the steps a forest: each id once, each parent there, none above itself (S0-17)?"""

from collections.abc import Iterator, Mapping

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.business_settings import SubjectBusiness
from .view import View

Id = str | int


def tree_findings(settings: SubjectBusiness, steps_at: tuple[str, ...], view: View) -> Iterator[Finding]:
    """Duplicates, then orphans, then one step of each loop, found in linear time."""
    id_key, parent_key = settings.steps.id, settings.steps.parent
    if id_key is None:
        return
    first: dict[Id, int] = {}
    for index, step in enumerate(view.steps):
        step_id = _id(step, id_key)
        if step_id is not None and first.setdefault(step_id, index) != index:
            yield _broken((*steps_at, index, id_key), "an id of its own", step_id, "step_ids_unique")
    if parent_key is None:
        return
    parents: dict[Id, Id] = {}
    for index, step in enumerate(view.steps):
        step_id, parent = _id(step, id_key), _id(step, parent_key)
        if parent is None:
            continue
        if parent not in first:
            yield _broken((*steps_at, index, parent_key), "the id of a step", parent, "step_parents_exist")
        elif step_id is not None:
            parents.setdefault(step_id, parent)
    for step_id in _loops(parents):
        yield _broken(
            (*steps_at, first[step_id], parent_key),
            "a step that is not below this one",
            step_id,
            "step_tree_has_no_loop",
        )


def _loops(parents: Mapping[Id, Id]) -> Iterator[Id]:
    """A step of each loop. Every step is walked over once."""
    walked: dict[Id, Id] = {}
    for start in parents:
        here: Id | None = start
        while here is not None and here not in walked:
            walked[here] = start
            here = parents.get(here)
        if here is not None and walked[here] == start:
            yield here


def _id(step: Json, key: str) -> Id | None:
    value = step.get(key) if isinstance(step, dict) else None
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _broken(path: tuple[str | int, ...], expected: str, actual: Id, rule: str) -> Finding:
    return Finding(
        IssueCode.BUSINESS_INCONSISTENT,
        path=format_pointer(path),
        expected=expected,
        actual_masked=mask(actual),
        rule=rule,
    )
