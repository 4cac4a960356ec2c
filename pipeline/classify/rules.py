"""What the classifier asks of the remediation rules."""

from typing import Protocol


class RemediationRules(Protocol):
    """The rules of a bundle, as far as the way of a trace depends on them."""

    def applicable(self, code: str) -> bool:
        """Whether a rule may be tried on an issue of this code."""
        ...


class NoRules:
    """There are none."""

    def applicable(self, code: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Never."""
        return False
