"""Social security numbers of the United States, in the ranges that are given out."""

from random import Random

from ...core.codes import IssueCode
from .case import Half, Sample, Stands
from .draw import draw_for

_FORMS = ("dashes", "dashes", "dashes", "spaces", "bare")


def ssn(rng: Random, half: Half) -> Sample:
    """Area 001-899 without 666, group 01-99, serial 0001-9999. Only the dashed form speaks for itself."""
    area, group, serial = draw_for(half, lambda: _parts(rng), "".join)
    match rng.choice(_FORMS):
        case "dashes":
            return Sample(IssueCode.SECURITY_PII_SSN, f"{area}-{group}-{serial}", "dashes")
        case "spaces":
            text = f"{area} {group} {serial}"
            return Sample(IssueCode.SECURITY_PII_SSN, text, "spaces", Stands.IN_CONTEXT)
        case _:
            text = f"{area}{group}{serial}"
            number = None if text.startswith("0") else int(text)
            return Sample(IssueCode.SECURITY_PII_SSN, text, "bare", Stands.IN_CONTEXT, number)


def _parts(rng: Random) -> tuple[str, str, str]:
    area = rng.choice([rng.randint(1, 665), rng.randint(667, 899)])
    return f"{area:03d}", f"{rng.randint(1, 99):02d}", f"{rng.randint(1, 9999):04d}"
