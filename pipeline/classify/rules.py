"""What the classifier asks of the remediation rules."""

from typing import Protocol


class RemediationRules(Protocol):
    """The rules of a bundle, as far as the way of a trace depends on them."""

    def applicable(self, subject: str, code: str, keyword: str, path: str) -> bool:
        """Whether a rule may be tried on this issue of a trace of this subject. Never raises."""
        ...


class NoRules:
    """There are none."""

    def applicable(self, subject: str, code: str, keyword: str, path: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Never."""
        return False
