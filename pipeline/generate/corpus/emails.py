"""E-mail addresses of invented people at invented domains: tags, subdomains, domains in other scripts."""

from random import Random
from typing import Final

from ...core.codes import IssueCode
from .case import Half, Sample
from .draw import draw_for, pick
from .names import company, family, given

_TOP_LEVEL: Final = (
    "com", "de", "net", "org", "io", "fr", "co.uk", "se", "com.br", "pl", "it", "co.jp", "es", "nl", "info",
    "ch", "dev", "com.au", "in", "cz", "health", "pt", "no", "co.za",
)  # fmt: skip
_PARTS_OF_FIRM: Final = ("mail", "eu", "sales", "north", "staff", "post")
_TAGS: Final = ("orders", "travel", "news2026", "bills", "trial", "x1")
_ABROAD: Final = (
    ("müller", "de"), ("fjällräv", "se"), ("łódka", "pl"), ("señal", "es"), ("крамница", "укр"),
    ("почта", "рф"), ("例え話", "jp"), ("été-bleu", "fr"), ("çiçek", "com"), ("σπίτι", "gr"),
)  # fmt: skip


def email(rng: Random, half: Half) -> Sample:
    """An address that mail could be sent to, if the domain were anybody's."""
    form = rng.choice(("simple", "simple", "simple", "tag", "subdomain", "other script", "punycode"))
    text = draw_for(half, lambda: f"{_local(rng, form, half)}@{_domain(rng, form, half)}", str)
    return Sample(IssueCode.SECURITY_PII_EMAIL, text, form)


def _local(rng: Random, form: str, half: Half) -> str:
    first, last = given(rng).lower(), family(rng).lower()
    local = pick(
        rng,
        (
            f"{first}.{last}",
            f"{first}{last}",
            f"{first[0]}.{last}",
            f"{first}_{last}",
            f"{last}{rng.randint(1, 999)}",
            f"{first}-{last}",
            f"{first}.{rng.choice('abcdefgh')}.{last}",
            f"{first.title()}.{last.title()}",
            f"{first[0]}{last}",
        ),
        half,
    )
    return f"{local}+{pick(rng, _TAGS, half)}" if form == "tag" else local


def _domain(rng: Random, form: str, half: Half) -> str:
    domain = f"{company(rng)}.{pick(rng, _TOP_LEVEL, half)}"
    if form in {"other script", "punycode"}:
        label, top = pick(rng, _ABROAD, half)
        domain = f"{label}-{company(rng)}.{top}"
        return domain if form == "other script" else domain.encode("idna").decode()
    return f"{pick(rng, _PARTS_OF_FIRM, half)}.{domain}" if form == "subdomain" else domain
