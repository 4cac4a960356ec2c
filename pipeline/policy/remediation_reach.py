"""What a remediation rule writes, held against the subject: told before any trace has to tell."""

from collections.abc import Iterator

from ..core.document import Json, format_pointer
from .marked_places import EACH as EACH_ELEMENT
from .marked_places import Place as SchemaPlace
from .marked_places import declared_places, marked_places
from .remediation_place import EACH, Base
from .remediation_rule import RemediationRule
from .remediation_steps import Add, Move, Remove, Rename, Replace, Step, Tokens, Upgrade
from .subject import Subject


def outside_schema(rule: RemediationRule, subject: Subject) -> Iterator[str]:
    """The places that the rule writes and that no version of the subject knows, as far as it can be told.

    Nothing is wrong with the subject's schemas. Where one leaves open what an object has, all is known.
    """
    reaches = [_Reach(schema) for schema in subject.schemas.values()]
    for tokens in dict.fromkeys([*_written(rule.steps), *rule.parameters.field_defaults]):
        if not any(reach.knows(tokens) for reach in reaches):
            yield format_pointer(tokens)


def decides_tenant(rule: RemediationRule, subject: Subject) -> Iterator[str]:
    """The places at which the rule would say whose a trace is: what no repair may."""
    tenant = subject.pointers.tenant
    if tenant is None:
        return
    tables = (*rule.parameters.field_defaults, *rule.parameters.aliases)
    for tokens in dict.fromkeys([*_touched(rule.steps), *tables]):
        if tenant[: len(tokens)] == tokens:
            yield format_pointer(tokens)


def _written(steps: tuple[Step, ...]) -> Iterator[Tokens]:
    """Where steps put something, as far as the rule itself says where."""
    for step in steps:
        match step:
            case Add(path=place) | Replace(path=place) | Move(target=place) if place.base is Base.TRACE:
                yield place.tokens
            case Rename(path=place, name=name) if place.base is Base.TRACE and place.tokens:
                yield (*place.tokens[:-1], name)
            case Upgrade(steps=inner):
                yield from _written(inner)
            case _:
                pass


def _touched(steps: tuple[Step, ...]) -> Iterator[Tokens]:
    """Where steps put something or take something away."""
    yield from _written(steps)
    for step in steps:
        match step:
            case Remove(path=place) | Rename(path=place) | Move(source=place) if place.base is Base.TRACE:
                yield place.tokens
            case Upgrade(steps=inner):
                yield from _touched(inner)
            case _:
                pass


def _names_members(node: dict[str, Json]) -> bool:
    """Whether what the schema does not name is not meant to be there, though it may be allowed."""
    return (
        "properties" in node
        and node.get("additionalProperties", False) is False
        and "patternProperties" not in node
    )


class _Reach:
    """Which places a schema knows."""

    def __init__(self, schema: Json) -> None:
        self._declared = declared_places(schema)
        named = marked_places(schema, _names_members, alternatives=True)
        self._named = frozenset(place for place, _ in named)
        """Objects whose members the schema names."""

    def knows(self, tokens: Tokens) -> bool:
        place: SchemaPlace = tuple(
            EACH_ELEMENT if token == EACH or token.isdigit() else token for token in tokens
        )
        for length in range(len(place)):
            if place[:length] in self._named and place[: length + 1] not in self._declared:
                return False
            if place[:length] not in self._declared:
                return True
        return True
