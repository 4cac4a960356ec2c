"""Names of members that tell of a secret, and those that only sound like it."""

import re
from collections.abc import Iterable
from typing import Final

_NAMES: Final = (
    r"passw(?:or)?d|passphrase|passcode|pwd|secret|token|credential|bearer|jwt"
    r"|auth(?:$|[^a-z]|ori[sz]ation|[_\-. ]?key)"
    r"|(?:api|access|private|signing|encryption|session|account|master|shared|service|host|license|storage)"
    r"[_\-. ]?key"
)
_PASSWORDS = re.compile(r"passw(?:or)?d|passphrase|passcode|pwd", re.IGNORECASE | re.ASCII)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", re.ASCII)
_AWS = re.compile(r"secret_?access_?key|aws.{0,20}secret|secret.{0,10}aws", re.IGNORECASE | re.ASCII)

_ENDINGS = (
    "id ids name names type types kind count counts at on by expires expiry expiration expired ttl age url uri urls"
    " endpoint arn path file dir limit limits usage used in out total policy policies status state hint length size"
    " version versions ref reference required enabled disabled provider method scope scopes issuer audience algorithm"
    " alg budget cost price max min rotation rotated strength reset present valid set mode format label labels"
    " description field manager store backend changed created updated last prefix format level realm context server"
    " rate per tokens tokenizer hash digest checksum counter estimate remaining fingerprint thumbprint"
)
_HARMLESS_ENDINGS: Final = frozenset(_ENDINGS.split())
_STARTS = (
    "next page previous prev continuation pagination cursor sync cancellation idempotency eos bos pad stop special"
    " mask unk sep cls prompt completion input output max min num total has is no public"
)
_HARMLESS_STARTS: Final = frozenset(_STARTS.split())
_LONGEST = 128


def name_pattern(more: Iterable[str] = ()) -> str:
    """Matches, without case, the part of a name that tells; ``more`` are further such parts."""
    return "|".join((_NAMES, *map(re.escape, sorted(more))))


class SecretNames:
    """Judges names of members by a policy."""

    def __init__(self, more: Iterable[str] = (), harmless: Iterable[str] = ()) -> None:
        self._harmless = frozenset(map(_plain, harmless))
        # The tail is as long as the prefilter reads on, so that it sees every name that tells here.
        self._telling = re.compile(
            rf"(?:{name_pattern(more)})[0-9A-Za-z_.\- ]{{0,30}}\Z", re.IGNORECASE | re.ASCII
        )
        self._word = re.compile(rf"(?:auth|{name_pattern(more)})s?(?:_|\Z)", re.IGNORECASE | re.ASCII)
        """Not ``tokenizer``, ``secretsmanager``: the part that tells ends where a word does."""

    def tells(self, name: str) -> bool:
        """Whether the value of a member with this name is a secret, if it looks like one."""
        name = name[-_LONGEST:]
        if not self._telling.search(name) or _plain(name) in self._harmless:
            return False
        words = [word.lower() for word in _WORD.findall(name)]
        if not self._word.search("_".join(words)) or words[0] in _HARMLESS_STARTS:
            return False
        # The hash of a password can be guessed back, that of a random token cannot.
        return words[-1] not in _HARMLESS_ENDINGS or (words[-1] == "hash" and self.of_password(name))

    @staticmethod
    def of_password(name: str) -> bool:
        """Whether people may have chosen the value."""
        return _PASSWORDS.search(name[-_LONGEST:]) is not None

    @staticmethod
    def of_aws(name: str) -> bool:
        """Whether it is the secret half of an AWS access key."""
        return _AWS.search(name[-_LONGEST:]) is not None


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower())
