"""``policies/bindings.yaml``: a list of raw topics, what each carries, and whose it is."""

import re

from ..core.document import Json
from ..core.errors import Problem
from .bundle import Binding
from .fields import Fields, closest
from .parse_subject import SUBJECT_NAME
from .tenant import TENANT_PATTERN

KEYS = ("topic", "tenant", "default_subject", "subjects")
TOPIC = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}")
"""Kafka's rule, with room for a prefix."""
MOST_UNKNOWN = 20
"""Names that are no subject, listed of one binding."""


def parse_bindings(
    where: str, document: Json, subjects: frozenset[str], problems: list[Problem]
) -> dict[str, Binding]:
    """The bindings by topic. ``subjects`` are the names that a binding may use."""
    listed = Fields(where, document, ("bindings",), problems).get("bindings")
    if not isinstance(listed, list) or not listed:
        problems.append(Problem(f"{where}: bindings", "is not a list of topics", "Bind at least one topic"))
        return {}
    bindings: dict[str, Binding] = {}
    for index, entry in enumerate(listed):
        fields = Fields(f"{where}: bindings[{index}]", entry, KEYS, problems)
        binding = _binding(fields, subjects)
        if binding is None:
            continue
        if binding.topic in bindings:
            fields.problem("topic", f"{binding.topic!r} is bound twice", "Bind a topic once")
        bindings[binding.topic] = binding
    return bindings


def _binding(fields: Fields, known: frozenset[str]) -> Binding | None:
    topic = fields.text("topic", TOPIC)
    tenant = None
    if not fields.has("tenant"):
        fields.problem("tenant", "is missing", "Name the tenant, or write null: shared, the body names it")
    elif fields.get("tenant") is not None:
        tenant = fields.text("tenant", TENANT_PATTERN)
    default = fields.text("default_subject", SUBJECT_NAME)
    subjects = fields.texts("subjects", SUBJECT_NAME)
    for name in [name for name in subjects if name not in known][:MOST_UNKNOWN]:
        fields.problem("subjects", f"{name!r} is no subject", closest(name, sorted(known)))
    if default is not None and default not in subjects:
        fields.problem("default_subject", f"{default!r} is not in subjects", "Add it there")
    if topic is None or default is None:
        return None
    return Binding(topic=topic, tenant=tenant, default_subject=default, subjects=frozenset(subjects))
