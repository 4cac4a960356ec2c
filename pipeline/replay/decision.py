"""What becomes of one failing trace in a replay job, and why."""

from ..core.word import Word


class ReplayDecision(Word):
    """A word in progress events, and a metric label (``replayed_total``)."""

    REPLAY = "replay"
    """It is written to the raw topic again."""
    NOT_CURRENT = "not_current"
    """A later try of the same source was made: that one passed, is under way, or failed and is looked at itself."""
    HOP_LIMIT = "hop_limit"
    """It came back too often: a person must look (fault 28)."""
    EXPIRED = "expired"
    """So old that what replays did with it may have been forgotten."""
    WORKER_CRASH = "worker_crash"
    """It ended worker processes; only ``force`` sends it again."""
    NO_PAYLOAD = "no_payload"
    """Its bytes were not kept, or what is there is no envelope of ours."""
    KEY_DESTROYED = "key_destroyed"
    """Its bytes no longer open."""
    OTHER_TOPIC = "other_topic"
    """It came from a topic that is not read here any more."""
    TOO_LARGE = "too_large"
    """With the mark of a replay it does not fit the raw topic."""
    EDIT_FAILED = "edit_failed"
    """The edit does not apply to it."""
    WOULD_FAIL = "would_fail"
    """Today's bundle would not let it pass, and only what passes was asked for."""
    OTHER_SCHEMA = "other_schema"
    """It is not of the schema that the job waited for."""
