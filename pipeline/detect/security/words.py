"""Words beside a number that tell what it is: in the name of its member, or in the text before it."""

from typing import Final

SSN_WORD: Final = r"(?i:ssn(?:$|[^a-z]|n|um)|social[ _-]{0,3}security)"
PASSPORT_WORD: Final = r"(?i:passport|reisepass|passeport|pasaporte|passaport)"
PHONE_WORD: Final = (
    r"(?i:phone|mobile|telef|handynummer|rufnummer|whatsapp"
    r"|(?:^|[^a-z])(?:tel|fax|cell|gsm|sms|call|dial|contact|reach|mob)(?:$|[^a-z]))"
)
