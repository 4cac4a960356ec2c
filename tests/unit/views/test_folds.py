"""What each view counts and shows, from the records of its topic (DESIGN 3; promise 3)."""

from collections import Counter
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.views.specs import VIEWS
from assay.pipeline.core.record import RawRecord
from assay.pipeline.views import Image
from assay.pipeline.views.buckets import counter, hour_bucket, minute_bucket, words_of
from assay.pipeline.views.counters import fold_tallies
from assay.pipeline.views.criticals import KEEP, fold_criticals
from assay.pipeline.views.quarantined import fold_quarantined
from assay.pipeline.views.receipts import fold_receipts
from assay.pipeline.views.states import fold_groups, fold_tasks


def image_of(deltas: Any) -> Image:
    image = Image()
    image.take(deltas)
    return image


def test_tallies_are_added_up_by_tenant_outcome_reason_code_and_severity(made: Any) -> None:
    image = image_of(fold_tallies([made.tally(), made.tally(tenant="other", passed=5)]))
    for bucket in (minute_bucket(made.now_s), hour_bucket(made.now_s)):
        counts = image.counters[bucket]
        assert counts[counter("records", "detector", "acme", "valid", "passed")] == 2
        assert counts[counter("records", "detector", "other", "valid", "passed")] == 5
        assert counts[counter("issues", "detector", "acme", "schema.required_missing", "critical")] == 1
        assert counts[counter("fetched", "detector")] == 6


def test_latencies_are_kept_by_bucket(made: Any) -> None:
    counts = image_of(fold_tallies([made.tally()])).counters[minute_bucket(made.now_s)]
    latencies = {name: number for name, number in counts.items() if words_of(name)[0] == "latency"}
    assert sum(latencies.values()) == 3


def test_a_bucket_is_forgotten_before_its_tallies_are(made: Any) -> None:
    image = image_of(fold_tallies([made.tally()]))
    assert image.expires_s[minute_bucket(made.now_s)] < image.expires_s[hour_bucket(made.now_s)]
    assert image.expires_s[hour_bucket(made.now_s)] < made.now_s + 30 * 86_400


def test_what_is_no_tally_is_counted_as_that() -> None:
    image = image_of(fold_tallies([RawRecord("t", 0, 0, 60_000, None, b"{]")]))
    assert image.counters["m:60"] == Counter({counter("unreadable"): 1})


def test_rules_are_counted_by_version_and_effect(made: Any) -> None:
    receipt = {
        "schema": "assay/receipt/1-0-0",
        "rule": "invalid_data_types",
        "version": "1",
        "effect": "fixed",
        "result": "applied",
        "at": "2026-01-02T03:04:05.000000000Z",
    }
    image = image_of(fold_receipts([RawRecord("t", 0, 0, 0, b"k", orjson.dumps(receipt))] * 3))
    (minute,) = [counts for bucket, counts in image.counters.items() if bucket.startswith("m:")]
    assert minute[counter("rule", "invalid_data_types", "1", "fixed")] == 3


def test_a_contained_trace_is_found_by_all_that_it_is(made: Any) -> None:
    image = image_of(
        fold_quarantined([made.contained(7), made.contained(8, tenant="other", severity="high")])
    )
    indexes = image.indexed("traces")
    assert indexes["all"].keys() == {"traces.raw/0/7", "traces.raw/0/8"}
    for index in (
        "tenant=acme",
        "severity=critical",
        "tenant=acme;code=security.pii_card",
        "tenant=acme;severity=critical",
    ):
        assert indexes[index].keys() == {"traces.raw/0/7"}
    assert indexes["fingerprint=0123456789abcdef"].keys() == indexes["all"].keys()
    assert image.sums("traces")["records=acme"] == 1


def test_the_index_holds_no_payload(made: Any) -> None:
    (put,) = fold_quarantined([made.contained(7)])
    assert "c2VjcmV0" not in repr(put)


def test_a_trace_that_was_replayed_and_contained_again_is_one_entry(made: Any) -> None:
    again = made.contained(9, severity="high", origin="traces.raw/0/7")
    image = image_of(fold_quarantined([made.contained(7), again]))
    assert image.documents["traces"].keys() == {"traces.raw/0/7"}
    assert "severity=critical" not in image.indexed("traces")


def test_the_last_state_of_a_task_counts_and_a_tombstone_removes_it(made: Any) -> None:
    records = [
        made.state("f1", status="open", tenant_id="acme", updated_at="2026-01-02T03:04:05.000000000Z"),
        made.state("f2", status="open"),
        made.state("f1", status="done", tenant_id="acme"),
        made.state("f2"),
    ]
    image = image_of(fold_tasks(records))
    assert image.documents["tasks"].keys() == {"f1"}
    assert image.sums("tasks") == {"tenant=acme": 1, "status=done": 1, "open=true": 1}


def test_a_task_is_found_by_whose_it_is_and_by_whether_it_is_open(made: Any) -> None:
    records = [
        made.state("f1", status="pending", assigned_to="ada", task_type="schema_fix"),
        made.state("f2", status="completed", assigned_to="ada"),
    ]
    found = image_of(fold_tasks(records)).indexed("tasks")
    assert found["assignee=ada"].keys() == {"f1", "f2"}
    assert found["type=schema_fix"].keys() == found["open=true"].keys() == {"f1"}
    assert found["open=false"].keys() == {"f2"}


def test_a_group_too_large_for_a_page_keeps_what_it_is_found_by(made: Any) -> None:
    image = image_of(fold_groups([made.state("f1", status="triaged", samples=["x" * 100] * 1000)]))
    document = orjson.loads(image.documents["groups"]["f1"].value)
    assert document == {"status": "triaged", "shortened": True}


def test_only_the_newest_critical_facts_are_kept(made: Any) -> None:
    facts = [made.fact(number) for number in range(KEEP + 5)]
    facts.append(made.fact(2000, severity="high"))
    facts.append(made.fact(2001, kind=b"assay.issue.command.v1"))
    image = image_of(fold_criticals(facts))
    assert len(image.documents["issues"]) == KEEP


def folded(name: str, records: list[RawRecord], *cuts: int) -> Image:
    image, ends = Image(), sorted({0, *(min(cut, len(records)) for cut in cuts), len(records)})
    for start, end in pairwise(ends):
        image.take(VIEWS[name].fold(records[start:end]))
    return image


@pytest.mark.parametrize("name", VIEWS)
@given(data=st.data())
def test_in_however_many_runs_records_come_the_view_is_the_same(
    name: str, data: st.DataObject, made: Any
) -> None:
    makers = {
        "counters": lambda n: made.tally(passed=n % 3, at_ns=made.now_ns + n * 10**10),
        "groups": lambda n: made.state(f"f{n % 3}", **({"status": f"s{n}"} if n % 4 else {})),
        "tasks": lambda n: made.state(f"f{n % 3}", **({"status": f"s{n}"} if n % 4 else {})),
        "criticals": made.fact,
        "quarantine": lambda n: made.contained(n, origin=f"traces.raw/0/{n % 3}"),
        "rules": lambda n: made.tally(),
    }
    numbers = data.draw(st.lists(st.integers(0, 20), max_size=12))
    records = [makers[name](number) for number in numbers]
    cuts = data.draw(st.lists(st.integers(0, 12), max_size=3))
    assert folded(name, records, *cuts) == folded(name, records)


@pytest.mark.parametrize("name", VIEWS)
@given(
    st.one_of(
        st.none(),
        st.binary(max_size=40),
        st.recursive(
            st.none()
            | st.booleans()
            | st.floats(allow_nan=False)
            | st.integers(-(2**60), 2**60)
            | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "schema",
                            "at",
                            "counts",
                            "issues",
                            "source",
                            "sources",
                            "latency_ms",
                            "bytes",
                            "severity",
                            "producer",
                        ]
                    ),
                    inner,
                    max_size=5,
                )
            ),
            max_leaves=15,
        ).map(orjson.dumps),
    )
)
def test_no_record_stops_a_view(name: str, value: bytes | None) -> None:
    """D-15: whatever the record holds."""
    record = RawRecord("t", 0, 0, -1, None, value, [("ce_type", None), ("assay-tenant", b"\xff")])
    image_of(VIEWS[name].fold([record]))
