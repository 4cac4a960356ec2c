"""What the name of a member says of its value."""

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from .disguise import undisguised
from .secret_names import SecretNames
from .signs import worth_a_look
from .tenants import TenantNames
from .text import Context
from .words import PASSPORT_WORD, PHONE_WORD, SECTION_WORD, SSN_WORD

_WORDS = (
    (re.compile(SSN_WORD, re.ASCII), Context.SSN),
    (re.compile(PASSPORT_WORD, re.ASCII), Context.PASSPORT),
    (re.compile(PHONE_WORD, re.ASCII), Context.PHONE),
    (
        re.compile(r"(?i:version|release|firmware|build|(?:^|[^a-z])(?:ver|oid|rev|agent|sdk)(?:$|[^a-z])|agent$)"),
        Context.VERSION,
    ),
    (
        re.compile(
            r"(?i:order|invoice|tracking|shipment|sequence|offset|timestamp|epoch|nanos|millis|micros|serial"
            r"|reference|ticket|span|trace|request|correlation|batch|(?:^|[^a-z])(?:seq|sku|ref|ts|at)(?:$|[^a-z])"
            r"|(?:^|[_\-. ])id$|Id$|number$|(?:^|[^a-z])no$)"
        ),
        Context.COUNTER,
    ),
)  # fmt: skip
_SECTION = re.compile(
    rf"(?:^|[^A-Za-z]|(?<=[a-z])(?=[A-Z])){SECTION_WORD}(?:[_\-. ]?(?:no|nr|num|number|id|ref))?\Z",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?i:card|account[_\-. ]?n|(?:^|[^a-z])(?:pan|cc)(?:$|[^a-z]))", re.ASCII)
"""Members that may hold a card although their names end in ``number``."""
_ID = re.compile(r"(?:(?:^|[_\-. ])(?i:id)|[a-z]Id|ID)\Z", re.ASCII)
_DESCRIBES = re.compile(
    r"(?:expir\w*|country|issued\w*|issuer|type|status|valid\w*|verified|required|present|date|at|count)\Z",
    re.IGNORECASE | re.ASCII,
)
"""The last part of a name that is about a number and does not hold it."""
_PERSONAL = int(Context.SSN | Context.PASSPORT | Context.PHONE)
_PHONE, _COUNTER = int(Context.PHONE), int(Context.COUNTER)
_LONGEST: Final = 256
_MOST_LATE: Final = 4096


class Name(NamedTuple):
    """What is known of one name."""

    context: int
    """Bits of :class:`~.text.Context`: what it says of the value."""
    suspect: bool
    """Whether something could stand in the name itself."""


class Names:
    """Knows names: those that schemas declare, and those of late traces, because producers repeat themselves."""

    def __init__(
        self,
        is_secret: SecretNames,
        is_tenant: TenantNames,
        signs: Callable[[bytes], int],
        declared: Iterable[str] = (),
    ) -> None:
        self._is_secret = is_secret
        self._is_tenant = is_tenant
        self._signs = signs
        self._late: dict[str, Name] = {}
        # What a schema declares is no value of a trace, so nothing stands in it.
        self._declared = {name: Name(self._context(name), suspect=False) for name in declared}

    def __call__(self, name: str) -> Name:
        """What is known of this name."""
        known = self._declared.get(name) or self._late.get(name)
        if known is None:
            known = Name(self._context(name), worth_a_look(self._signs(name.encode(errors="replace"))))
            if len(name) <= _LONGEST:
                if len(self._late) >= _MOST_LATE:
                    self._late.clear()
                self._late[name] = known
        return known

    def declares(self, name: str) -> bool:
        """Whether a schema wrote this name down, so that it may be shown."""
        return name in self._declared

    def _context(self, name: str) -> int:
        name = name[-_LONGEST:]
        if not name.isascii():
            name = undisguised(name)
        context = 0
        for pattern, says in _WORDS:
            if pattern.search(name):
                context |= int(says)
        if context & _PERSONAL and _DESCRIBES.search(name):
            context &= ~_PERSONAL
        if context & _PHONE and _ID.search(name):
            context &= ~_PHONE
        if context & _COUNTER and _CARD.search(name):
            context &= ~_COUNTER
        if _SECTION.search(name):
            context |= int(Context.SECTION)
        if self._is_secret.tells(name):
            context |= int(Context.SECRET)
            if self._is_secret.of_password(name):
                context |= int(Context.PASSWORD)
            if self._is_secret.of_aws(name):
                context |= int(Context.AWS_SECRET)
        if self._is_tenant(name):
            context |= int(Context.TENANT)
        return context
