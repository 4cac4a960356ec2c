"""Words beside a number that tell what it is: in the name of its member, or in the text before it."""

from typing import Final

_LEFT: Final = r"(?:^|[^A-Za-z]|\\[nrtbf]|\\u[0-9A-Fa-f]{4})"
"""A word begins, also behind what JSON writes for a line break."""
SSN_WORD: Final = (
    r"(?i:ssn(?:$|[^a-z]|n|um)|soc(?:ial)?[ ._-]{0,3}sec(?:urity|$|[^a-z])|segur(?:o|idad)[ _-]social|sozialversicherung"
    rf"|{_LEFT}(?:ssn|ss[ _-]?(?:#|num|no(?:$|[^a-z]))))"
)
PASSPORT_WORD: Final = r"(?i:passport|reisepass|passeport|pasaport|passaport|paszport|paspoort)"
PHONE_WORD: Final = (
    r"(?i:phone|mobile|telef|handynummer|rufnummer|whatsapp|msisdn"
    rf"|{_LEFT}(?:tel|fax|cell|gsm|sms|call|dial|contact|reach|mob)(?:$|[^a-z]))"
)
SECTION_WORD: Final = (
    r"(?i:(?:sub)?sections?|sect?|chapters?|clauses?|annex|appendix|paragraphs?|para|articles?|art"
    r"|abschnitte?|kapitel|absatz|abs|artikel|ziffer|anhang|chapitres?|alin[eé]a|annexe"
    r"|secci[oó]n|cap[ií]tulo|cl[aá]usula|art[ií]culo|p[aá]rrafo|anexo|se[cç][cç]?[aã]o|artigo|par[aá]grafo"
    r"|sezione|capitolo|clausola|articolo|allegato|hoofdstuk|sectie|paragraaf|bijlage|avsnitt|kapittel|kapitlet|afsnit"
    r"|rozdzia[lł]|sekcja|artyku[lł]|paragraf)"
)
"""Parts of documents, whose numbers look like addresses."""
