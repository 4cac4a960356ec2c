"""Whose a raw record is, found without the pipeline's code: the auditor's own reading of DESIGN 6 and 9."""

import json
import re

from assay.pipeline.core import headers as names
from assay.pipeline.core.document import Json, lookup
from assay.pipeline.core.record import Headers
from assay.pipeline.core.verdict import NONE
from assay.pipeline.policy.bundle import Binding, Bundle, Subject

_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_AVRO_MAGIC = b"\x00"


def expected_tenant(bundle: Bundle, binding: Binding, value: bytes | None, headers: Headers) -> str | None:
    """The tenant that an outcome of this raw record must name.

    The topic's, where it is bound. On a shared topic the body's, ``none`` where the body has no usable one or
    is not JSON; ``None`` for Avro, which this reader does not decode.
    """
    if binding.tenant is not None:
        return binding.tenant
    if value is not None and value.startswith(_AVRO_MAGIC):
        return None
    try:
        document: Json = json.loads((value or b"").decode("utf-8"))
    except (ValueError, RecursionError):
        return NONE
    subject = _subject(bundle, binding, document, headers)
    if subject.pointers.tenant is None:
        return NONE
    found = lookup(document, subject.pointers.tenant)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if isinstance(found, str) and _TENANT.fullmatch(found):
        return found
    return NONE


def _subject(bundle: Bundle, binding: Binding, document: Json, headers: Headers) -> Subject:
    """Whose pointers to read with: the subject of the header, else of the trace's own type, else the default.

    The default too where the name given is not to be here, or names a version that its subject does not have.
    """
    default = bundle.subjects[binding.default_subject]
    header = next((value or b"" for name, value in headers if name == names.SUBJECT), None)
    subject = (
        _by_type(bundle, binding, document)
        if header is None
        else bundle.subjects.get(header.decode("utf-8", "replace"))
    )
    if subject is None or subject.name not in binding.subjects:
        return default
    pointer = subject.pointers.schema_version
    version = None if pointer is None else lookup(document, pointer)
    return default if isinstance(version, str) and version not in subject.schemas else subject


def _by_type(bundle: Bundle, binding: Binding, document: Json) -> Subject | None:
    for name in binding.subjects:
        subject = bundle.subjects[name]
        pointer = subject.pointers.trace_type
        if pointer is None:
            continue
        found = lookup(document, pointer)
        if isinstance(found, str) and found in subject.trace_types:
            return subject
    return None
