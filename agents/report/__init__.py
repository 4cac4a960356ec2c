"""A tenant's quality report from topics and views, and as a file."""

from .forms import Form, Rendered, render
from .gather import gather, gather_evidence, gather_hours, hours_of, tallied_hours

__all__ = [
    "gather",
    "gather_evidence",
    "gather_hours",
    "hours_of",
    "tallied_hours",
    "render",
    "Form",
    "Rendered",
]
