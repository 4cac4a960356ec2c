"""What ``POST /api/v1/gate/validate`` says: the gate on one trace or many, judged byte for byte as they came (S0-156)."""

import json
import re
from collections import Counter
from collections.abc import Iterator

from assay.pipeline.core.document import Json
from assay.pipeline.core.headers import SUBJECT
from assay.pipeline.core.record import Headers
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.flow import Judge
from assay.pipeline.gate import Detail, Gate, GateMode, GateResult, record_of, result_document
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.classification import EnforcementPoint

from .problems import HttpProblem, Kind, invalid

MOST_BYTES = 10 * 1_048_576
"""Of a request's body."""
MOST_TRACES = 1_000
"""In a request: judging so many takes well under a second."""
LINES = "application/x-ndjson"
"""Media type of a body with a trace a line."""

_MANY = re.compile(r'[ \t\r\n]*\{[ \t\r\n]*"traces"[ \t\r\n]*:[ \t\r\n]*\[[ \t\r\n]*')
_NEXT = re.compile(r"[ \t\r\n]*([,\]])[ \t\r\n]*")
_END = re.compile(r"[ \t\r\n]*\}[ \t\r\n]*\Z")
_DECODER = json.JSONDecoder()
_ALONE = "Send it alone: its verdict says what is wrong with it"


class HttpGate:
    """Judges what requests carry. Blocks while it works: call it in a thread. Built once per bundle."""

    def __init__(self, bundle: Bundle) -> None:
        self._gate = Gate(bundle, Judge(bundle, point=EnforcementPoint.GATE))
        self._bundle = bundle
        raw = TopicRole.RAW.value
        self._topic = raw if raw in bundle.bindings else min(bundle.bindings)

    def validate(
        self,
        body: bytes,
        now_ns: int,
        *,
        media_type: str = "application/json",
        mode: GateMode = GateMode.ENFORCE,
        subject: str | None = None,
        detail: Detail = Detail.FULL,
    ) -> dict[str, Json]:
        """The result of one trace, or of many: ``{"traces": […]}`` or lines. ``subject``: what they are, whatever they say.

        Raises :class:`HttpProblem` for a body that is too large, or in which the traces cannot be told apart.
        """
        many = traces_of(body, media_type)
        headers: Headers = () if subject is None else ((SUBJECT, subject.encode()),)
        results = [self._result(value, headers, now_ns, mode) for value in ([body] if many is None else many)]
        if many is None:
            return result_document(results[0], detail)
        decisions = Counter(result.decision for result in results)
        return {
            "passed": all(result.passed for result in results),
            "mode": mode.value,
            "bundle": self._bundle.short_id,
            "decisions": {decision.value: count for decision, count in sorted(decisions.items())},
            "items": [result_document(result, detail) for result in results],
        }

    def _result(self, value: bytes, headers: Headers, now_ns: int, mode: GateMode) -> GateResult:
        record = record_of(value, self._topic, now_ns, headers=headers)
        return self._gate(record, now_ns, mode)


def traces_of(body: bytes, media_type: str) -> list[bytes] | None:
    """The traces of a body, each byte for byte as it came; ``None`` when the body is one trace.

    Raises :class:`HttpProblem` for a body that is too large, or in which the traces cannot be told apart.
    """
    if len(body) > MOST_BYTES:
        raise HttpProblem(Kind.TOO_LARGE, f"a body has at most {MOST_BYTES:,} bytes")
    return list(_lines(body)) if media_type == LINES else _listed(body)


def _lines(body: bytes) -> Iterator[bytes]:
    lines = (line.strip(b"\r") for line in body.split(b"\n"))
    for number, line in enumerate(line for line in lines if line.strip()):
        _check_number(number)
        yield line


def _listed(body: bytes) -> list[bytes] | None:
    """The elements of ``{"traces": […]}``, each as it came; ``None`` for anything else, which is one trace."""
    # Surrogates stand for what is no UTF-8, and become those bytes again: that is the judge's to find.
    text = body.decode("utf-8", "surrogateescape")
    begin = _MANY.match(text)
    return None if begin is None else list(_elements(text, begin.end()))


def _elements(text: str, at: int) -> Iterator[bytes]:
    number = 0
    more = not text.startswith("]", at)
    at = at if more else at + 1
    while more:
        _check_number(number)
        try:
            _, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            raise invalid(
                f"traces/{number}", "is no JSON that can be told from what follows", _ALONE
            ) from None
        yield text[at:end].encode("utf-8", "surrogateescape")
        separator = _NEXT.match(text, end)
        if separator is None:
            raise invalid(f"traces/{number}", "is not followed by a comma or the end of the list", _ALONE)
        more, at, number = separator[1] == ",", separator.end(), number + 1
    if not _END.match(text, at):
        raise invalid(
            "traces", "is not the only member", "Send an object with nothing but the list of traces"
        )


def _check_number(number: int) -> None:
    if number >= MOST_TRACES:
        raise invalid("traces", f"more than {MOST_TRACES:,} traces", "Send them in several requests")
