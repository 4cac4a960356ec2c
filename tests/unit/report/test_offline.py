"""Records from files are judged as records from the topic are, under a binding made for them."""

import pytest

from assay.pipeline.core.errors import ConfigError
from assay.pipeline.core.record import Record
from assay.pipeline.core.verdict import Identity, Verdict
from assay.pipeline.policy.any_subject import ANY, any_subject
from assay.pipeline.policy.bundle import Binding, Bundle, Limits, Subject
from assay.pipeline.report import OFFLINE_TOPIC, Place, offline_bundle, validate

NOW_NS = 5_000_000
FINE = Verdict("none", "none", "none", (), Identity(), blocking=False, readable=True)


def bundle(*names: str, default: str | None = None) -> Bundle:
    subjects = {name: subject(name) for name in names}
    raw = {} if default is None else {"traces.raw": Binding("traces.raw", None, default, frozenset(names))}
    return Bundle("0" * 64, Limits(), subjects, raw)


def subject(name: str) -> Subject:
    anything = any_subject()
    return Subject(name, frozenset(), "1.0.0", {}, frozenset(), anything.pointers)


def binding_of(made: Bundle) -> Binding:
    assert set(made.bindings) == {OFFLINE_TOPIC}
    return made.bindings[OFFLINE_TOPIC]


class Recorder:
    """A judge that likes everything and remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[tuple[Record, int]] = []

    def __call__(self, record: Record, now_ns: int) -> Verdict:
        self.seen.append((record, now_ns))
        return FINE


def test_a_subject_is_what_every_record_is() -> None:
    binding = binding_of(offline_bundle(bundle("a", "b"), "b", None))
    assert (binding.default_subject, binding.subjects, binding.tenant) == ("b", frozenset("b"), None)


def test_without_a_subject_it_is_as_on_the_raw_topic() -> None:
    binding = binding_of(offline_bundle(bundle("a", "b", default="b"), None, None))
    assert (binding.default_subject, binding.subjects) == ("b", frozenset("ab"))


def test_a_tenant_is_that_of_a_topic_bound_to_it() -> None:
    assert binding_of(offline_bundle(bundle("a"), "a", "acme")).tenant == "acme"


def test_any_is_a_subject_without_a_schema() -> None:
    made = offline_bundle(bundle("a"), ANY, None)
    assert made.subjects[binding_of(made).default_subject].decode_only


def test_an_unknown_subject_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'c'.*Use one of: a, any, b"):
        offline_bundle(bundle("a", "b"), "c", None)


def test_each_record_gets_its_bytes_its_place_and_the_time() -> None:
    judge = Recorder()
    items = [(Place("x", 1), b"{}"), (Place("x", 7), b"[]")]
    entries = list(validate(items, judge, subject=None, now_ns=NOW_NS))
    assert [entry.place for entry in entries] == [Place("x", 1), Place("x", 7)]
    assert [(record.topic, record.value, record.headers, now) for record, now in judge.seen] == [
        (OFFLINE_TOPIC, b"{}", (), NOW_NS),
        (OFFLINE_TOPIC, b"[]", (), NOW_NS),
    ]


def test_a_subject_travels_in_the_header_that_producers_use() -> None:
    judge = Recorder()
    list(validate([(Place("x", 1), b"{}")], judge, subject="a", now_ns=NOW_NS))
    assert [record.headers for record, _ in judge.seen] == [(("assay-subject", b"a"),)]


def test_records_are_judged_one_at_a_time() -> None:
    judge = Recorder()
    entries = validate(((Place("x", n), b"{}") for n in range(1, 1_000_000)), judge, subject=None, now_ns=0)
    next(entries)
    assert len(judge.seen) == 1


def test_a_record_from_a_file_has_not_arrived_at_any_time() -> None:
    """S4-60: or every old file would be stale. What lies in the future is in the future for files, too."""
    judge = Recorder()
    assert len([*validate([(Place("x", 1), b"{}")], judge, subject=None, now_ns=NOW_NS)]) == 1
    [(record, now_ns)] = judge.seen
    assert (record.timestamp, now_ns) == (-1, NOW_NS)
