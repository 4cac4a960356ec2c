"""Whose a trace is (DESIGN 9)."""

import re

from ..core.document import Json, lookup
from ..core.verdict import NONE
from .bundle import Binding, Subject

TENANT_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
"""What a tenant id may look like: it becomes a header, a metric label and the name of a key."""

_INT64 = 2**63


def tenant_of(binding: Binding, subject: Subject, document: Json) -> str:
    """The tenant: the topic's if it belongs to one, else the body's, else ``none``. Never raises (D-15).

    On a topic that belongs to a tenant the body has no say. An integer and its decimal text are the same tenant.
    """
    if binding.tenant is not None:
        return binding.tenant
    tokens = subject.pointers.tenant
    if tokens is None:
        return NONE
    # Almost always objects inside objects: walked here, because a general lookup takes three times as long.
    value: object = document
    for token in tokens:
        if type(value) is not dict:
            value = lookup(document, tokens)
            break
        value = value.get(token)  # a tenant that is absent and one that is null are alike: none
    # By exact type: a bool is an int in Python, but not in JSON.
    if type(value) is int and -_INT64 <= value < _INT64:
        return str(value)
    if type(value) is str and TENANT_PATTERN.fullmatch(value):
        return value
    return NONE
