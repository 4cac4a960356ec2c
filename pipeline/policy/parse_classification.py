"""``policies/classification.yaml``: what a bundle changes of the classification that ships (D-21)."""

from collections.abc import Mapping

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.errors import Problem
from .classification import CLASSIFICATION, CodePolicy
from .fields import Fields

KEYS = ("codes",)


def parse_classification(
    where: str, document: Json, problems: list[Problem]
) -> Mapping[IssueCode, CodePolicy]:
    """A row for every code: the bundle's where it has one, else the one that ships."""
    Fields(where, document, KEYS, problems)
    return CLASSIFICATION
