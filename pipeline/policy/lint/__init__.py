"""What is wrong with a policy, and what its owner may not have meant: all of it at once, with file, line and remedy."""

from .lint import LINTS, Lint, LintRow, lint

__all__ = ["lint", "Lint", "LintRow", "LINTS"]
