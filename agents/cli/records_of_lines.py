"""Lines of a file as records to publish: the bytes as they are, with the subject's header and the trace's id as key."""

from collections.abc import Iterable, Iterator

import orjson

from assay.pipeline.core.document import Json, lookup
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.core.headers import SUBJECT
from assay.pipeline.generate import Generated
from assay.pipeline.policy.bundle import Bundle


def records_of_lines(lines: Iterable[bytes], chosen: tuple[Bundle, str] | None) -> Iterator[Generated]:
    """A record per line, in order; what is to become of it is not known.

    ``chosen``: where to look up a subject, and its name. The key is the line's id, where the subject says
    it stands: text or a number. A line that has none, or no subject was chosen: no key.
    Raises :class:`ConfigError`, before the first line, for a subject that the bundle does not have.
    """
    if chosen is None:
        return (Generated(None, line, [], None, blocking=False, known=False) for line in lines)
    bundle, name = chosen
    if name not in bundle.subjects:
        remedy = f"Use one of: {', '.join(sorted(bundle.subjects))}"
        raise ConfigError([Problem(f"subject {name!r}", "no such subject", remedy)])
    pointer = bundle.subjects[name].pointers.trace_id
    headers = [(SUBJECT, name.encode())]
    return (
        Generated(_key(line, pointer), line, headers, None, blocking=False, known=False) for line in lines
    )


def _key(line: bytes, pointer: tuple[str, ...] | None) -> bytes | None:
    if pointer is None:
        return None
    try:
        document: Json = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    match lookup(document, pointer):
        case bool():
            return None
        case str(text) if text:
            return text.encode()
        case int(number):
            return str(number).encode()
        case _:
            return None
