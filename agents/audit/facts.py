"""What the auditor remembers of a record: digests and our own words, never content."""

from typing import NamedTuple, TypeAlias

from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Digest(NamedTuple):
    """Key, value and headers of a record, compared without being kept."""

    key: bytes
    """First 16 bytes of the SHA-256 of the key; empty for a null key."""
    value: bytes
    """SHA-256 of the value, 32 bytes; of ``b""`` for a null value."""
    length: int
    """Bytes of the value; -1 for a null value, so that null and empty differ."""
    headers: bytes
    """16 bytes over names and values in order; empty for no headers."""


class RawFact(NamedTuple):
    """A raw record, as it came."""

    digest: Digest
    kept: bytes
    """Like ``digest.headers``, of the headers that survive (``core.headers.kept``)."""
    tenant: str | None
    """The tenant that its outcome must name; ``None`` when this reader cannot tell."""
    attempt: int | None = 0
    """The number of the try that it is; ``None`` when this reader cannot tell."""
    replay_of: Source | None = None
    """What it is a new try of."""


class Marks(NamedTuple):
    """Our headers on an outcome, read; faults name the header and what is wrong with it."""

    source: Source | None
    tenant: str
    bundle: str
    outcome: str | None
    reason: str
    attempt: int
    sha256: bytes
    warnings: tuple[str, ...]
    faults: tuple[str, ...]
    replay_of: str = ""


class Opened(NamedTuple):
    """A sealed payload opened to a record of this digest."""

    digest: Digest
    said: bytes = b""
    """16 bytes for what its JSON document says, however it is written; empty for what is no JSON."""


class ClaimCheck(NamedTuple):
    """The payload was too large for the topic: its hash and length stand in for it."""

    sha256: str
    length: int
    source: str


class Unopened(NamedTuple):
    """The sealed payload does not open: key gone, or altered."""


Contents: TypeAlias = Opened | ClaimCheck | Unopened


class Envelope(NamedTuple):
    """The value of a failed trace, read."""

    source: str
    tenant: str
    key_sha256: str | None
    codes: tuple[str, ...]
    contents: Contents | None
    """``None`` when payloads are not checked."""


class BadEnvelope(NamedTuple):
    """The value of a failed trace does not follow its contract; ``why`` names the member."""

    why: str


class OutcomeSeen(NamedTuple):
    """An outcome record, as it was read."""

    role: TopicRole
    at: Source
    marks: Marks
    digest: Digest
    """Its headers are those of the producer only: ours are in ``marks``."""
    envelope: Envelope | BadEnvelope | None
    """``None`` on ``traces.valid`` and ``traces.remediated``."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The issue codes that it carries, each once."""
        match self.envelope:
            case Envelope():
                return self.envelope.codes
            case BadEnvelope():
                return ()
            case None:
                return self.marks.warnings


class Fate(NamedTuple):
    """What became of a raw record; equal fates are one object, so a million of them cost little."""

    role: TopicRole
    tenant: str
    word: str
    reason: str
    attempt: int
    codes: tuple[str, ...]
