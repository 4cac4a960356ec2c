"""The table of what is looked for: one row per kind of data, in the order in which characters are given to them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from ...core.codes import IssueCode
from ...policy.security_rules import SecurityRules
from . import pii_passport, secret_keys
from .pii_card import cards
from .pii_email import emails
from .pii_iban import ibans
from .pii_ip import Addresses
from .pii_phone import Phones
from .pii_ssn import ssns
from .randomness import Randomness
from .secret_generic import GenericSecrets
from .secret_jwt import tokens
from .secret_names import SecretNames
from .signs import Sign
from .text import Context, Span, Text


class Confirmer(NamedTuple):
    """How one kind of data is made sure of."""

    code: IssueCode
    rule: str
    expected: str
    signs: int
    """It is worth looking when the prefilter saw one of these in the text,"""
    contexts: int
    """or when the names around the text say one of these."""
    find: Callable[[Text], Iterator[Span]]


def build_confirmers(rules: SecurityRules) -> Sequence[Confirmer]:
    """The table for a policy. What is a secret is no personal data, and a card number is no telephone number."""
    names = SecretNames(rules.secret_names, rules.harmless_names)
    generic = GenericSecrets(names, rules.secret_names, Randomness(rules.placeholders))
    phones = Phones(rules.phone_regions)
    c, s = IssueCode, Sign
    rows: Sequence[tuple[IssueCode, str, str, int, int, Callable[[Text], Iterator[Span]]]] = (
        (c.SECURITY_SECRET_PRIVATE_KEY, "secret.private_key@1", "no private key", s.PRIVATE_KEY, 0, secret_keys.private_key),
        (c.SECURITY_SECRET_JWT, "secret.jwt@1", "no JSON Web Token", s.JWT, 0, tokens),
        (c.SECURITY_SECRET_AWS, "secret.aws@1", "no AWS access key", s.AWS | s.SECRET, Context.AWS_SECRET, secret_keys.aws),
        (c.SECURITY_SECRET_GITHUB, "secret.github@1", "no GitHub token", s.GITHUB, 0, secret_keys.github),
        (c.SECURITY_SECRET_SLACK, "secret.slack@1", "no Slack token or webhook", s.SLACK, 0, secret_keys.slack),
        (c.SECURITY_SECRET_STRIPE, "secret.stripe@1", "no Stripe key", s.STRIPE, 0, secret_keys.stripe),
        (c.SECURITY_SECRET_GOOGLE, "secret.google@1", "no Google key or token", s.GOOGLE, 0, secret_keys.google),
        (c.SECURITY_PII_PASSPORT, "pii.passport_zone@1", "no passport", s.MRZ, 0, pii_passport.zones),
        (c.SECURITY_PII_IBAN, "pii.iban@1", "no IBAN", s.IBAN, 0, ibans),
        (c.SECURITY_PII_CARD, "pii.card@1", "no payment card number", s.CARD, 0, cards),
        (c.SECURITY_PII_SSN, "pii.ssn@1", "no social security number", s.SSN | s.SSN_WORD, Context.SSN, ssns),
        (c.SECURITY_PII_IP, "pii.ip@1", "no IP address of these scopes", s.IP, 0, Addresses(rules.ip_scopes)),
        (c.SECURITY_PII_EMAIL, "pii.email@1", "no e-mail address", s.EMAIL, 0, emails),
        (c.SECURITY_PII_PASSPORT, "pii.passport@1", "no passport number", s.PASSPORT_WORD, Context.PASSPORT, pii_passport.numbers),
        (c.SECURITY_PII_PHONE, "pii.phone@1", "no telephone number", s.PHONE, 0, phones.formed),
        (c.SECURITY_PII_PHONE, "pii.phone_told@1", "no telephone number", s.PHONE_WORD, Context.PHONE, phones.told),
        (c.SECURITY_SECRET_GENERIC, "secret.generic@1", "no secret", s.SECRET, Context.SECRET, generic),
    )  # fmt: skip
    return tuple(
        Confirmer(code, rule, expected, int(signs), int(contexts), find)
        for code, rule, expected, signs, contexts, find in rows
    )


OWNERS: Final = frozenset(
    (
        IssueCode.SECURITY_SECRET_PRIVATE_KEY, IssueCode.SECURITY_SECRET_JWT, IssueCode.SECURITY_SECRET_AWS,
        IssueCode.SECURITY_SECRET_GITHUB, IssueCode.SECURITY_SECRET_SLACK, IssueCode.SECURITY_SECRET_STRIPE,
        IssueCode.SECURITY_SECRET_GOOGLE, IssueCode.SECURITY_PII_PASSPORT,
    )
)  # fmt: skip
"""Long enough that their pieces look like something else."""

WEAK: Final = frozenset(
    (IssueCode.SECURITY_PII_PHONE, IssueCode.SECURITY_PII_IP, IssueCode.SECURITY_SECRET_GENERIC)
)
"""What a piece of anything may look like."""

MOST_SPANS: Final = 1000
"""Of one kind in one text; there is one finding for all of them."""


def confirmed(confirmers: Sequence[Confirmer], candidate: Text, signs: int) -> tuple[list[Confirmer], str]:
    """Which kinds of data stand in a text, and the text without them: each character belongs to one find."""
    found: list[Confirmer] = []
    text, context, effort = candidate
    for confirmer in confirmers:
        if not (confirmer.signs & signs or confirmer.contexts & context):
            continue
        spans = list(islice(confirmer.find(Text(text, context, effort)), MOST_SPANS))
        if spans:
            found.append(confirmer)
            text = _without(text, spans)
    return found, text


def _without(text: str, spans: Sequence[Span]) -> str:
    parts: list[str] = []
    here = 0
    for start, end in sorted(spans):
        if end <= here:
            continue
        parts.append(text[here:start])
        parts.append("\0" * (end - max(start, here)))
        here = end
    parts.append(text[here:])
    return "".join(parts)
