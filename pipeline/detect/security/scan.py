"""Looking at the leaves of one document, and at what is inside them."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from ...core.codes import IssueCode
from ...core.document import Json
from ...policy.security_rules import SecurityRules
from .confirm import OWNERS, WEAK, build_confirmers, confirmed
from .disguise import undisguised
from .leaves import Leaf, Role, leaves
from .names import Names
from .nested import as_json, decoded
from .prefilter import Prefilter
from .signs import DISGUISED, ENCODED, TENANT_WORD, worth_a_look
from .tenants import EXPECTED, REFERENCE_RULE, is_other, mentions_other
from .text import TELLING, Effort, Text

_LEAF_COST: Final = 2
_BYTES_A_UNIT: Final = 200
_JSON_OR_SPACE: Final = frozenset("{[ \t\r\n")


class Found(NamedTuple):
    """A find, before anybody asked whether it is as it should be."""

    code: IssueCode
    rule: str
    expected: str
    leaf: Leaf
    """The leaf of the document itself that it stands in."""
    form: str
    """How it stands there: ``value``, ``key``, ``number``, and what had to be decoded: ``value/base64/json``."""


class Inside(NamedTuple):
    """Where a text was found: the leaf, and how deep in it."""

    leaf: Leaf
    form: str
    level: int

    def deeper(self, encoding: str) -> "Inside":
        """The same for what was decoded from there."""
        return Inside(self.leaf, f"{self.form}/{encoding}", self.level + 1)


class Scanner:
    """Looks at documents by a policy."""

    def __init__(self, rules: SecurityRules, prefilter: Prefilter) -> None:
        self.signs = prefilter.signs
        self.mentions_tenant = prefilter.mentions_tenant
        self.confirmers = build_confirmers(rules)
        self.levels = rules.nested_levels

    def scan(self, document: Json, names: Names, tenant: str, effort: Effort) -> Iterator[Found]:
        """Everything in a document. Raises :class:`~.text.TooMuchError` when the trace costs too much."""
        visit = _Visit(self, names, tenant, effort)
        for leaf in leaves(document, names):
            yield from visit.leaf(leaf, Inside(leaf, leaf.role.value, 0))


class _Visit:
    """One walk through one trace."""

    __slots__ = ("_effort", "_names", "_scanner", "_tenant")

    def __init__(self, scanner: Scanner, names: Names, tenant: str, effort: Effort) -> None:
        self._scanner = scanner
        self._names = names
        self._tenant = tenant
        self._effort = effort

    def leaf(self, leaf: Leaf, inside: Inside) -> Iterator[Found]:
        """What stands in a leaf of the document, or of one that was decoded."""
        if leaf.role is not Role.TENANT:
            yield from self._text(leaf.text, leaf.context, inside)
        elif is_other(leaf.text, self._tenant):
            yield _other_tenant(inside)

    def _text(self, text: str, context: int, inside: Inside) -> Iterator[Found]:
        self._effort.spend(_LEAF_COST + len(text) // _BYTES_A_UNIT)
        data = text.encode(errors="replace")
        signs = self._scanner.signs(data)
        if not (context & TELLING or worth_a_look(signs) or self._may_hold_tenant(text, data)):
            return
        if signs & DISGUISED:
            plain = undisguised(text)
            if plain != text:
                read = self._scanner.signs(plain.encode(errors="replace"))
                whole = list(self._plain(plain, read, context, inside))
                yield from whole
                yield from self._pieces(text, signs, context, inside, {found.code for found in whole})
                return
        yield from self._plain(text, signs, context, inside)

    def _pieces(
        self, text: str, signs: int, context: int, inside: Inside, whole: AbstractSet[IssueCode]
    ) -> Iterator[Found]:
        """What a disguised text shows as it stands, beyond the pieces of what it is without the disguise."""
        if whole & OWNERS:
            return
        for found in self._plain(text, signs, context, inside):
            if not whole or found.code not in WEAK:
                yield found

    def _may_hold_tenant(self, text: str, data: bytes) -> bool:
        # One mention is no sign: the trace names its own tenant once. In a text that is JSON it may be another.
        return text[:1] in _JSON_OR_SPACE and self._scanner.mentions_tenant(data)

    def _plain(self, text: str, signs: int, context: int, inside: Inside) -> Iterator[Found]:
        may_open = inside.level < self._scanner.levels
        if may_open and (document := as_json(text)) is not None:
            self._effort.decode(len(text))
            within = inside.deeper("json")
            for leaf in leaves(document, self._names, context):
                yield from self.leaf(leaf, within)
            return
        found, rest = confirmed(self._scanner.confirmers, Text(text, context, self._effort), signs)
        for row in found:
            yield Found(row.code, row.rule, row.expected, inside.leaf, inside.form)
        if signs & TENANT_WORD and mentions_other(text, self._tenant):
            yield _other_tenant(inside)
        if may_open and signs & ENCODED:
            for encoding, inner in decoded(rest, signs):
                self._effort.decode(len(inner))
                yield from self._text(inner, context, inside.deeper(encoding))


def _other_tenant(inside: Inside) -> Found:
    return Found(IssueCode.SECURITY_TENANT_MISMATCH, REFERENCE_RULE, EXPECTED, inside.leaf, inside.form)
