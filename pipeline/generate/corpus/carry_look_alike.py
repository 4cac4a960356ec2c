"""How a look-alike comes into a document: in the same carriers as the real things."""

from random import Random

from ...core.document import Json
from .carry import Carried, Carrier
from .case import Half
from .draw import pick
from .look_alike import LookAlike
from .write import in_base64, in_percent, in_query, write


def carry_look_alike(rng: Random, half: Half, kind: LookAlike) -> tuple[Carried, Carrier]:
    """A look-alike of a kind as a bare value, in a sentence, or hidden in another text."""
    made = kind.draw(rng, half)
    key = pick(rng, kind.keys, half)
    if not isinstance(made, str):
        return Carried(key, made), Carrier.NUMBER
    text = pick(rng, kind.sentences, half).replace("{}", made) if kind.sentences else made
    draw = rng.random()
    if draw < 0.35 or not kind.sentences:
        return Carried(key, made), Carrier.BARE
    if draw < 0.65:
        return Carried("message", text), Carrier.PROSE
    if draw < 0.80:
        return Carried("arguments", write({key: made, "dry_run": True})), Carrier.JSON
    if draw < 0.88:
        return Carried("url", in_query(rng, key, made)), Carrier.QUERY
    if draw < 0.94:
        return Carried("payload", in_base64(text)), Carrier.BASE64
    if draw < 0.97:
        return Carried("body", in_percent(text)), Carrier.PERCENT
    nested: Json = [{"rows": [{key: made}]}]
    return Carried("data", nested), Carrier.NESTED
